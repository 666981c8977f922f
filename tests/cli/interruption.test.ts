import assert from "node:assert/strict";
import { test } from "tap";
import { findLeftovers } from "./left-over.ts";
import { runCommandLine, startCommandLine } from "./started-command.ts";
import { TemporaryHome } from "./temporary-home.ts";

const slow = { timeout: 400_000 };

for (const step of ["start the region", "create resources", "serve an authorised request"]) {
  test(`Ctrl-C while up is to ${step} tears everything down and ends with 130`, slow, async () => {
    using folder = new TemporaryHome();
    const up = startCommandLine(folder.directory, "up", "feature-x");
    await up.says(`${step} …`);
    up.process.kill("SIGINT");
    const { code, stderr } = await up.ended;
    if (code === 0) {
      // It had served before the signal arrived: a running environment stays.
      assert.equal((await runCommandLine(folder.directory, "down", "feature-x")).code, 0);
    } else {
      assert.equal(code, 130, stderr);
      assert.match(stderr, /DMM_INTERRUPTED Interrupted: "feature-x" was torn down/);
    }
    assert.doesNotMatch(stderr, /\n {4}at /);
    assert.deepEqual(findLeftovers(folder.home), []);
  });
}

test("a second Ctrl-C ends immediately, and down still finishes without leftovers", slow, async () => {
  using folder = new TemporaryHome();
  const up = startCommandLine(folder.directory, "up", "feature-x");
  await up.says("create resources …");
  up.process.kill("SIGINT");
  await up.says("Press Ctrl-C again");
  up.process.kill("SIGINT");
  assert.equal((await up.ended).code, 130);
  const down = await runCommandLine(folder.directory, "down", "feature-x");
  assert.equal(down.code, 0, down.stderr);
  assert.deepEqual(findLeftovers(folder.home), []);
});
