import assert from "node:assert/strict";
import { test } from "tap";
import { parseName } from "../../cli/environment/name.ts";

test("a name of letters, digits and hyphens is accepted unchanged", async () => {
  for (const name of ["feature-x", "ab", "pr-1234", "a2345678901234567890"])
    assert.equal(parseName(name), name);
});

test("a name that AWS or a folder does not allow is refused with what is allowed", async () => {
  for (const name of [
    "",
    "a",
    "Feature",
    "1st",
    "-a",
    "a-",
    "a--b",
    "a b",
    "a/b",
    "..",
    "a2345678901234567890x",
    "awsome",
    "é",
  ]) {
    assert.throws(() => parseName(name), { code: "DMM_NAME_INVALID", exitCode: 2 }, name);
  }
});

test("production's own name is refused", async () => {
  assert.throws(() => parseName("production"), { code: "DMM_NAME_RESERVED", exitCode: 2 });
});
