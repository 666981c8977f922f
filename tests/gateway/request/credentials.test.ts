import assert from "node:assert/strict";
import { test } from "tap";
import { readCredentials } from "../../../gateway/exchange/credentials.ts";
import { findMissingScope } from "../../../gateway/tokens/tokens.ts";

test("a bearer token is read in any spelling of the scheme", async () => {
  assert.deepEqual(readCredentials("Bearer abc.DEF-_~+/==", 1), { token: "abc.DEF-_~+/==" });
  assert.deepEqual(readCredentials("bEARER  a", 1), { token: "a" });
});

test("a key-bound token is distinguished from a bearer token by its scheme", async () => {
  assert.deepEqual(readCredentials("DPoP abc", 1), { token: "abc", bound: true });
  assert.deepEqual(readCredentials("dpop  a", 1), { token: "a", bound: true });
  assert.equal(readCredentials("DPoPabc", 1), "malformed");
});

test("anything else is missing or malformed", async () => {
  assert.equal(readCredentials(undefined, 0), "missing");
  for (const header of [
    "",
    "Bearer",
    "Bearer ",
    "Bearer a b",
    "Bearer ä",
    "Basic YTpi",
    "Bearer=a",
    `Bearer ${"a".repeat(600)}`,
  ])
    assert.equal(readCredentials(header, 1), "malformed", header);
  assert.equal(readCredentials("Bearer a", 2), "malformed");
});

test("a scope counts only as a whole word", async () => {
  assert.equal(findMissingScope(["a:read"], "a:read b"), undefined);
  assert.equal(findMissingScope(["a"], "a:read"), "a");
  assert.equal(findMissingScope(["a", "b"], "a"), "b");
  assert.equal(findMissingScope(["a"], undefined), "a");
  assert.equal(findMissingScope([], undefined), undefined);
});
