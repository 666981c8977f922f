import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execaSync } from "execa";
import fc from "fast-check";
import { test } from "tap";
import { nameOfBranch, readBranch } from "../../cli/environment/branch.ts";
import { chooseExisting } from "../../cli/environment/default-name.ts";
import { parseName } from "../../cli/environment/name.ts";
import { readOwner } from "../../cli/environment/owner.ts";
import { findHome } from "../../cli/home.ts";
import { CopiedCheckout } from "./copied-checkout.ts";
import { makeRecord } from "./made-record.ts";
import { TemporaryHome } from "./temporary-home.ts";

function git(directory: string, ...args: readonly string[]): void {
  const author = ["-c", "user.name=jane", "-c", "user.email=jane@example.com"];
  execaSync("git", ["-C", directory, ...author, ...args], { stdio: "ignore" });
}

const names: Readonly<Record<string, string>> = {
  "feature-x": "feature-x",
  "feature/New_Thing": "feature-new-thing",
  "JIRA-123/fix--it": "jira-123-fix-it",
  "123-fix": "env-123-fix",
  "-x-": "env-x",
  production: "env-production",
  "aws-vpc": "env-aws-vpc",
  "übermut/ß": "bermut",
  x: "env-x",
};

test("a branch always maps to the same environment name", async () => {
  for (const [branch, name] of Object.entries(names)) assert.equal(nameOfBranch(branch), name, branch);
  const [one, other] = ["feature/checkout-redesign-a", "feature/checkout-redesign-b"].map(nameOfBranch);
  assert.match(one!, /^feature-check-[0-9a-f]{6}$/);
  assert.notEqual(one, other);
});

test("every branch's environment name is valid", async () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: "binary" }), (branch) => {
      assert.equal(parseName(nameOfBranch(branch)), nameOfBranch(branch));
    }),
  );
});

test("the branch is read if one is checked out", async () => {
  using folder = new TemporaryHome();
  const repository = join(folder.directory, "repository");
  mkdirSync(repository);
  assert.equal(readBranch(repository), undefined);
  assert.equal(readBranch(join(folder.directory, "absent")), undefined);
  git(repository, "init", "--quiet", "--initial-branch", "feature/$(touch-x);ü");
  assert.equal(readBranch(repository), "feature/$(touch-x);ü");
  writeFileSync(join(repository, "file"), "");
  git(repository, "add", "file");
  git(repository, "commit", "--quiet", "--message", "first");
  git(repository, "worktree", "add", "--quiet", "-b", "other", join(folder.directory, "tree"));
  assert.equal(readBranch(join(folder.directory, "tree")), "other");
  git(repository, "checkout", "--quiet", "--detach");
  assert.equal(readBranch(repository), undefined);
});

test("the branch's environment takes precedence over the only one, and several are listed", async () => {
  const branch = "feature/x";
  assert.deepEqual(chooseExisting(["feature-x", "other"], branch), {
    name: "feature-x",
    by: "branch",
    branch,
  });
  assert.deepEqual(chooseExisting(["other"], branch), { name: "other", by: "only", branch });
  assert.deepEqual(chooseExisting(["other"], undefined), { name: "other", by: "only", branch: null });
  const cases = [
    [
      ["one", "two"],
      branch,
      /branch feature\/x has no environment \(it would be feature-x\).* the environments are one, two/,
    ],
    [["one", "two"], undefined, /no git branch is checked out.* the environments are one, two/],
    [[], branch, /there are no environments/],
  ] as const;
  for (const [there, on, message] of cases) {
    assert.throws(() => chooseExisting(there, on), { code: "DMM_NAME_MISSING", exitCode: 2, message });
  }
});

test("commands without a name print on their first line which environment they chose, and why", async () => {
  using checkout = new CopiedCheckout();
  const home = findHome({ DMM_ENV_HOME: checkout.home });
  git(checkout.directory, "init", "--quiet", "--initial-branch", "feature/X");
  makeRecord(home, "feature-x");
  makeRecord(home, "other");
  for (const command of ["status", "verify", "logs"]) {
    const { stderr } = await checkout.run(command);
    assert.match(
      stderr.split("\n")[0] ?? "",
      /Environment feature-x: the environment of the git branch feature\/X\./,
    );
  }
  const listed = await checkout.runJson("access", "list");
  assert.deepEqual(listed.chosen, { name: "feature-x", by: "branch", branch: "feature/X" });
  git(checkout.directory, "checkout", "--quiet", "--orphan", "another");
  assert.equal((await checkout.runJson("status")).error.code, "DMM_NAME_MISSING");
});

test("down without a name never chooses an environment that is another user's, on AWS or damaged", async () => {
  using checkout = new CopiedCheckout();
  const home = findHome({ DMM_ENV_HOME: checkout.home });
  const cases = [
    [{ owner: `not-${readOwner()}` }, /it belongs to not-/],
    [{ owner: readOwner(), target: "aws" as const }, /it is on AWS/],
  ] as const;
  for (const [more, reason] of cases) {
    makeRecord(home, "feature-x", more);
    const { exitCode, error } = await checkout.runJson("down");
    assert.deepEqual([exitCode, error.code], [2, "DMM_NAME_NEEDED"]);
    assert.match(error.message, reason);
    assert.equal(error.hint, "To delete it, give its name: dmm-env down feature-x");
  }
});
