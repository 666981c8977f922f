import assert from "node:assert/strict";
import { test } from "tap";
import { type CheckRequest, checkInputs } from "../../../local/provider/check.ts";
import { checkConfiguration, defaultTagsOf } from "../../../local/provider/configuration.ts";
import { unknown, wrapSecret } from "../../../local/pulumi-protocol/markers.ts";
import { createMemoryRegion } from "./memory-region.ts";
import { ThingWorld, thingType } from "./things.ts";

const region = createMemoryRegion();
const { handler } = new ThingWorld();
const urn = `urn:pulumi:dev::p::${thingType}::thing`;

function check(news: CheckRequest["news"], request: Partial<CheckRequest> = {}) {
  return checkInputs(region, handler, {
    urn,
    name: "thing",
    olds: {},
    news,
    defaultTags: {},
    ...request,
  });
}

test("the check of a resource's inputs", async (t) => {
  t.test("chooses a name that stays as long as the resource exists", async () => {
    const { name } = check({}).inputs;
    assert.match(String(name), /^thing-[0-9a-f]{7}$/);
    assert.equal(check({}).inputs.name, name, "an interrupted run asks for the same one again");
    assert.equal(check({}, { olds: { name: name ?? null } }).inputs.name, name);
  });

  t.test("chooses a different name for a replacement that coexists with its predecessor", async () => {
    const { name = null } = check({}).inputs;
    region.resources.put({ type: thingType, id: "old", urn, name: "thing", inputs: { name }, outputs: {} });
    assert.notEqual(check({}).inputs.name, name);
    assert.equal(check({}, { olds: { name } }).inputs.name, name, "an update keeps it");
    region.resources.remove(thingType, "old");
  });

  t.test("chooses a new name if the program no longer fixes one", async () => {
    assert.match(String(check({}, { olds: { name: "fixed" } }).inputs.name), /^thing-/);
  });

  t.test("keeps names within AWS's length limits", async () => {
    const name = "a-very-long-logical-name-of-a-thing";
    assert.equal(String(check({}, { name }).inputs.name).length, 24);
  });

  t.test("obeys the stack's configuration of automatic names", async () => {
    const proposed = check({}, { autonaming: { mode: "enforce", proposedName: "as-configured" } });
    assert.equal(proposed.inputs.name, "as-configured");
    const [failure] = check({}, { autonaming: { mode: "disable", proposedName: "" } }).failures;
    assert.match(failure?.reason ?? "", /DMM_LOCAL_NAME_MISSING/);
  });

  t.test("merges the provider's default tags below the resource's own", async () => {
    const { inputs } = check({ tags: { a: "own" } }, { defaultTags: { a: "default", b: "default" } });
    assert.deepEqual(inputs.tags, { a: "own", b: "default" });
  });

  t.test("keeps secrets secret and unknowns unknown", async () => {
    const { inputs, failures } = check({
      zone: unknown,
      environment: { token: wrapSecret("t") },
      password: "p",
    });
    assert.deepEqual(failures, []);
    assert.equal(inputs.zone, unknown);
    assert.deepEqual(inputs.environment, { token: wrapSecret("t") });
    assert.deepEqual(inputs.password, wrapSecret("p"), "declared secret by the type");
  });

  t.test("never names a secret property to the engine, which would print its value", async () => {
    const [failure] = check({ unheard: wrapSecret("s") }).failures;
    assert.equal(failure?.property, "");
    assert.match(failure?.reason ?? "", /property unheard of aws:test\/thing:Thing/);
  });
});

test("the provider's settings", async (t) => {
  const codes = (settings: CheckRequest["news"]) =>
    checkConfiguration(region, settings).map(
      ({ property, reason }) => `${property} ${/\[(\w+)\]/.exec(reason)?.[1]}`,
    );

  t.test("require the running region, and refuse anything unsupported", async () => {
    assert.deepEqual(codes({ region: "eu-west-1", version: "7.48.0", skipRegionValidation: "true" }), []);
    assert.deepEqual(codes({}), ["region DMM_LOCAL_REGION_MISSING"]);
    assert.deepEqual(codes({ region: "us-east-1" }), ["region DMM_LOCAL_REGION_OTHER"]);
    assert.deepEqual(codes({ region: "eu-west-1", endpoints: "[]" }), [
      "endpoints DMM_LOCAL_CONFIGURATION_UNKNOWN",
    ]);
  });

  t.test("protect against the wrong account", async () => {
    const settings = {
      region: "eu-west-1",
      allowedAccountIds: '["111111111111"]',
      forbiddenAccountIds: '["000000000000"]',
    };
    assert.deepEqual(codes(settings), [
      "allowedAccountIds DMM_LOCAL_CONFIGURATION_INVALID",
      "forbiddenAccountIds DMM_LOCAL_CONFIGURATION_INVALID",
    ]);
  });

  t.test("carry default tags as JSON", async () => {
    assert.deepEqual(defaultTagsOf({ defaultTags: '{"tags":{"a":"b"}}' }), { a: "b" });
    assert.deepEqual(defaultTagsOf({}), {});
  });
});
