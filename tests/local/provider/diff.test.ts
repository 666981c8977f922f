import assert from "node:assert/strict";
import fc from "fast-check";
import { test } from "tap";
import { proposeName } from "../../../local/provider/autonaming.ts";
import { diffInputs } from "../../../local/provider/diff.ts";
import { unknown, wrapSecret } from "../../../local/pulumi-protocol/markers.ts";
import type { Properties } from "../../../local/resource.ts";
import type { ResourceHandler } from "../../../local/resource-handler.ts";
import { MemoryResources } from "./memory-region.ts";

const handler: ResourceHandler = {
  type: "aws:test/thing:Thing",
  inputs: ["name", "size", "subnets", "tags"],
  replaceOn: ["name", "subnets"],
  computed: ["arn", "version"],
  changing: ["version"],
  autoname: { property: "name", maxLength: 32 },
  create: async () => ({ id: "x", outputs: {} }),
  update: async (_region, _resource, inputs) => inputs,
};
const urn = "urn:pulumi:dev::p::aws:test/thing:Thing::thing";

function diff(oldInputs: Properties, news: Properties, of: ResourceHandler = handler) {
  return diffInputs(of, { urn, name: "thing", oldInputs, news, ignoreChanges: [] });
}

test("the difference between old and new inputs", async (t) => {
  t.test("names nested changes by the path that Pulumi prints", async () => {
    const { changes, changed, replaces } = diff(
      { tags: { Name: "a", "dmm:owner": "x" }, size: 1 },
      { tags: { Name: "b", extra: "y" }, size: 1 },
    );
    assert.deepEqual(changes, [
      { path: "tags.Name", kind: "update", replaces: false },
      { path: 'tags["dmm:owner"]', kind: "delete", replaces: false },
      { path: "tags.extra", kind: "add", replaces: false },
    ]);
    assert.deepEqual(changed, ["tags"]);
    assert.deepEqual(replaces, []);
  });

  t.test("replaces where AWS creates a new resource", async () => {
    const { replaces, changes } = diff({ subnets: ["a", "b"] }, { subnets: ["a", "c"] });
    assert.deepEqual(replaces, ["subnets"]);
    assert.deepEqual(changes, [{ path: "subnets[1]", kind: "update", replaces: true }]);
  });

  t.test("replaces on every change of a type that cannot be updated", async () => {
    const { update: _, ...fixed } = handler;
    assert.deepEqual(diff({ size: 1 }, { size: 2 }, fixed).replaces, ["size"]);
  });

  t.test("treats a value that is not known yet as changed", async () => {
    assert.deepEqual(diff({ size: 1 }, { size: unknown }).changed, ["size"]);
  });

  t.test("ignores whether a value is secret", async () => {
    assert.deepEqual(diff({ size: wrapSecret("s") }, { size: "s" }).changed, []);
  });

  t.test("leaves out what the program ignores", async () => {
    const request = {
      urn,
      name: "thing",
      oldInputs: { size: 1 },
      news: { size: 2 },
      ignoreChanges: ["size"],
    };
    assert.deepEqual(diffInputs(handler, request).changed, []);
  });

  t.test("lists the outputs that an update keeps, and not those that it changes", async () => {
    const { stables } = diff({ size: 1 }, { size: 2 });
    assert.ok(stables.includes("arn"));
    assert.ok(!stables.includes("version"));
  });

  t.test("deletes first if both would have the name that the program fixed", async () => {
    assert.equal(
      diff({ name: "fixed", subnets: ["a"] }, { name: "fixed", subnets: ["b"] }).deleteBeforeReplace,
      true,
    );
    const automatic = proposeName(new MemoryResources(), "name", {
      type: handler.type,
      urn,
      name: "thing",
      maxLength: 32,
    });
    assert.equal(
      diff({ name: automatic, subnets: ["a"] }, { name: automatic, subnets: ["b"] }).deleteBeforeReplace,
      false,
    );
  });

  t.test("is empty exactly when nothing changed", async () => {
    const value = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Properties[string]>;
    const inputs = fc.dictionary(fc.constantFrom("name", "size", "subnets", "tags"), value);
    fc.assert(
      fc.property(inputs, inputs, (a, b) => {
        assert.deepEqual(diff(a, a).changes, []);
        const { changes, changed } = diff(a, b);
        assert.equal(changes.length === 0, changed.length === 0);
      }),
    );
  });
});
