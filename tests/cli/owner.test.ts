import assert from "node:assert/strict";
import { userInfo } from "node:os";
import { test } from "tap";
import { readOwner } from "../../cli/environment/owner.ts";
import { keys } from "../../stacks/config/config.ts";

test("the owner is the user, in characters that a tag allows", async () => {
  assert.equal(readOwner(), userInfo().username);
  for (const name of ["jane.doe", "ACME\\jane", "jürgen", " ", "", "x".repeat(300)]) {
    const owner = readOwner(() => name);
    assert.deepEqual(keys.owner.parse(owner), { value: owner }, name);
  }
});

test("a user without a name is identified by number", async () => {
  const owner = readOwner(() => {
    throw new Error("uv_os_get_passwd returned ENOENT");
  });
  assert.match(owner, /^uid-\d+$/);
});
