import assert from "node:assert/strict";
import { test } from "tap";
import { parseChallenges } from "../../verify/client/challenge.ts";

test("challenges and their parameters are distinguished although commas separate both", async () => {
  assert.deepEqual(
    parseChallenges('Basic realm="a, b", Bearer error="invalid_token", error_description="no \\"x\\""'),
    [
      { scheme: "Basic", parameters: { realm: "a, b" } },
      { scheme: "Bearer", parameters: { error: "invalid_token", error_description: 'no "x"' } },
    ],
  );
  assert.deepEqual(parseChallenges("Bearer"), [{ scheme: "Bearer", parameters: {} }]);
  assert.deepEqual(parseChallenges("Bearer, Basic"), [
    { scheme: "Bearer", parameters: {} },
    { scheme: "Basic", parameters: {} },
  ]);
});

test("a field that violates the grammar is not a challenge", async () => {
  for (const field of ['Bearer realm="open', 'Bearer realm="a", realm="b"', '"Bearer"', "Bearer =x"]) {
    assert.equal(parseChallenges(field), undefined, field);
  }
});
