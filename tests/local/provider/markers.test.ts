import assert from "node:assert/strict";
import fc from "fast-check";
import { test } from "tap";
import { protect } from "../../../local/provider/secrets.ts";
import {
  flattenOutputs,
  isUnknown,
  rewrap,
  unknown,
  unwrap,
  wrapSecret,
} from "../../../local/pulumi-protocol/markers.ts";
import type { Properties, Value } from "../../../local/resource.ts";

const plain = fc.jsonValue({ maxDepth: 3 }).map((value) => value as Value);

test("secrets on their way through the provider", async (t) => {
  t.test("are in clear text for handlers and marked again at the same place", async () => {
    const inputs = {
      environment: { password: wrapSecret("correct horse"), port: 1 },
      list: ["a", wrapSecret("b")],
    };
    const clear = unwrap(inputs);
    assert.deepEqual(clear, { environment: { password: "correct horse", port: 1 }, list: ["a", "b"] });
    assert.deepEqual(rewrap(clear, inputs), inputs);
  });

  t.test("unwrap to what was wrapped, however deep", async () => {
    fc.assert(
      fc.property(plain, (value) => assert.deepEqual(unwrap([{ a: wrapSecret(value) }]), [{ a: value }])),
    );
  });

  t.test("stay secret if an output repeats them under another name", async () => {
    const inputs: Properties = { value: wrapSecret("correct horse") };
    const outputs = {
      value: "correct horse",
      insecureValue: "correct horse",
      command: ["--auth", "correct horse"],
      arn: "arn",
    };
    const protectedOutputs = protect(outputs, {}, inputs);
    assert.deepEqual(protectedOutputs.value, wrapSecret("correct horse"));
    assert.deepEqual(protectedOutputs.insecureValue, wrapSecret("correct horse"));
    assert.deepEqual(protectedOutputs.command, wrapSecret(["--auth", "correct horse"]));
    assert.equal(protectedOutputs.arn, "arn");
  });

  t.test("are what the type declares, whether the program marked them or not", async () => {
    assert.deepEqual(protect({ authToken: "t" }, { secrets: ["authToken"] }), { authToken: wrapSecret("t") });
  });
});

test("unknown values", async (t) => {
  t.test("are found at any depth, inside secrets too", async () => {
    assert.equal(isUnknown({ a: [{ b: wrapSecret(unknown) }] }), true);
    assert.equal(isUnknown({ a: [{ b: "known" }] }), false);
  });

  t.test("of a component's inputs become what resources carry", async () => {
    const signature = "4dabf18193072939515e22adb298388d";
    const output = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
    assert.equal(flattenOutputs({ [signature]: output }), unknown);
    assert.equal(flattenOutputs({ [signature]: output, value: "v" }), "v");
    assert.deepEqual(flattenOutputs({ [signature]: output, value: "v", secret: true }), wrapSecret("v"));
  });
});
