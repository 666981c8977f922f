import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import { restoreResources } from "../../../local/daemon/restore.ts";
import type { Properties } from "../../../local/resource.ts";
import type { ResourceHandler } from "../../../local/resource-handler.ts";
import { openRegion, temporaryDirectory } from "./started-region.ts";

/** A type whose restoring takes a moment and whose begin and end are recorded. */
function observed(type: string, steps: string[], fails = false): ResourceHandler {
  return {
    type,
    inputs: [],
    replaceOn: [],
    computed: [],
    create: async () => ({ id: "", outputs: {} }),
    async restore(_region, { id }) {
      steps.push(`${id} begins`);
      await new Promise((resolve) => setTimeout(resolve, 20));
      if (fails) throw new Error("cannot be restored");
      steps.push(`${id} ends`);
    },
  };
}

const resource = (type: string, id: string, inputs: Properties = {}, outputs: Properties = {}) => ({
  type,
  id,
  urn: `urn:${id}`,
  name: id,
  inputs,
  outputs: { ...inputs, ...outputs },
});

test("a resource is restored after all that it refers to, and unrelated ones are restored together", async () => {
  using folder = temporaryDirectory();
  await using region = await openRegion({ directory: folder.path });
  const steps: string[] = [];
  const listener = { loadBalancerArn: "arn:lb:main", defaultActions: [{ targetGroupArn: "arn:tg:new" }] };
  // The listener was created first and got its newer target group by an update.
  region.resources.put(resource("balancer", "balancer", {}, { arn: "arn:lb:main" }));
  region.resources.put(resource("listener", "listener", listener));
  region.resources.put(resource("group", "group", {}, { arn: "arn:tg:new" }));
  region.resources.put(resource("cache", "cache"));
  const types = ["balancer", "listener", "group", "cache"].map((type) => observed(type, steps));
  await restoreResources(region, types);
  const at = (step: string) => steps.indexOf(step);
  assert.equal(steps.length, 8);
  assert.ok(at("listener begins") > at("balancer ends"));
  assert.ok(at("listener begins") > at("group ends"));
  assert.ok(at("cache begins") < at("balancer ends"));
});

test("one that cannot be restored is logged by type and id, and the others are restored", async () => {
  using folder = temporaryDirectory();
  await using region = await openRegion({ directory: folder.path });
  const steps: string[] = [];
  region.resources.put(resource("broken", "broken-one"));
  region.resources.put(resource("record", "only-a-record"));
  region.resources.put(resource("whole", "whole", { needs: "broken-one" }));
  await restoreResources(region, [observed("broken", steps, true), observed("whole", steps)]);
  assert.deepEqual(steps, ["broken-one begins", "whole begins", "whole ends"]);
  const log = readFileSync(join(folder.path, "logs", "region.log"), "utf8");
  assert.match(log, /"resource.not-restored","type":"broken","id":"broken-one"/);
});

test("two resources that refer to each other are both restored", async () => {
  using folder = temporaryDirectory();
  await using region = await openRegion({ directory: folder.path });
  const steps: string[] = [];
  region.resources.put(resource("first", "first-one", { other: "second-one" }));
  region.resources.put(resource("second", "second-one", { other: "first-one" }));
  await restoreResources(region, [observed("first", steps), observed("second", steps)]);
  assert.equal(steps.length, 4);
});

test("resources of the same name do not wait for each other", async () => {
  using folder = temporaryDirectory();
  await using region = await openRegion({ directory: folder.path });
  const steps: string[] = [];
  const named = { name: "x-gateway", tags: { Name: "x-gateway" } };
  region.resources.put(resource("group", "arn:group", named, { arn: "arn:group" }));
  region.resources.put(resource("service", "arn:service", { ...named, targetGroupArn: "arn:group" }));
  await restoreResources(region, [observed("group", steps), observed("service", steps)]);
  assert.deepEqual(steps, ["arn:group begins", "arn:group ends", "arn:service begins", "arn:service ends"]);
});
