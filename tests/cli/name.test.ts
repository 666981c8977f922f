import assert from "node:assert/strict";
import { test } from "tap";
import { parseExistingName, parseName } from "../../cli/environment/name.ts";

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

test("a name that belongs to AWS or to production is refused with its owner", async () => {
  const owners = {
    internal: /load balancers/,
    sg: /security groups/,
    sthree: /S3/,
    amzn: /S3/,
    admin: /admin site/,
  };
  for (const [word, owner] of Object.entries(owners))
    for (const name of [word, `${word}-x`]) {
      assert.throws(() => parseName(name), { code: "DMM_NAME_INVALID", message: owner }, name);
      assert.equal(parseName(`${word}x`), `${word}x`);
    }
  assert.throws(() => parseName("production-x"), { code: "DMM_NAME_INVALID", message: /production/ });
});

test("production's own name is refused", async () => {
  assert.throws(() => parseName("production"), { code: "DMM_NAME_RESERVED", exitCode: 2 });
});

test("an environment whose name was reserved later can still be reached and torn down", async () => {
  for (const name of ["admin", "internal-x", "production-x"]) assert.equal(parseExistingName(name), name);
  assert.throws(() => parseExistingName("production"), { code: "DMM_NAME_RESERVED" });
  assert.throws(() => parseExistingName("../x"), { code: "DMM_NAME_INVALID" });
});
