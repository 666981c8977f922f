import assert from "node:assert/strict";
import { test } from "tap";
import { requireSameOrigin } from "../../cli/provisioning/up.ts";

const planned = { target: "aws", backend: "s3://two", region: "eu-west-1", account: "222233334444" } as const;

test("a plan is refused when another command has created the environment elsewhere meanwhile", async () => {
  const found = { ...planned, backend: "s3://one" };
  assert.throws(() => requireSameOrigin("feature-x", found, planned), {
    code: "DMM_ENVIRONMENT_CHANGED",
    message: /backend s3:\/\/one instead of backend s3:\/\/two/,
  });
  const account = "111122223333";
  assert.throws(() => requireSameOrigin("feature-x", { ...planned, account }, planned), {
    code: "DMM_ENVIRONMENT_CHANGED",
  });
});

test("a plan for the environment as it is, or for a new one, goes on", async () => {
  requireSameOrigin("feature-x", planned, planned);
  requireSameOrigin("feature-x", undefined, planned);
});
