import assert from "node:assert/strict";
import { chmodSync } from "node:fs";
import { tmpdir } from "node:os";
import { execa } from "execa";
import { test } from "tap";
import { environmentFolder } from "../../cli/home.ts";
import { makeRecord } from "./made-record.ts";
import { commandLineEnvironment, commandLineFile } from "./started-command.ts";
import { TemporaryHome } from "./temporary-home.ts";

const name = "feature-x";

/**
 * Unused ids: root reads everything, whatever its mode. Any other user is refused access to their own folders of
 * mode 000.
 */
const anotherUser = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

async function runJson(home: string, ...args: readonly string[]) {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [commandLineFile, ...args, "--json"], {
    ...anotherUser,
    cwd: "/",
    env: { ...commandLineEnvironment(home), NODE_COMPILE_CACHE: "" },
    extendEnv: false,
    reject: false,
  });
  assert.ok(stdout, stderr);
  return { code: exitCode, ...JSON.parse(stdout) };
}

test("commands report that a home, or a file in it, cannot be read", { timeout: 120_000 }, async (t) => {
  using folder = new TemporaryHome();
  const { directory, home } = folder;
  makeRecord(home, name, { stage: "up" });
  // The folder of a test run is private to its owner.
  if (process.getuid?.() === 0 && tmpdir() === process.env.DMM_ENV_TEST_FOLDER) chmodSync(tmpdir(), 0o711);
  const closed = [directory, home.environments, environmentFolder(home, name).directory];
  for (const path of closed) chmodSync(path, 0o755);
  chmodSync(environmentFolder(home, name).record, 0o644);
  try {
    const control = await runJson(directory, "list");
    assert.deepEqual([control.code, control.environments[0].stage], [0, "up"], "nothing else is in the way");
    for (const path of closed) {
      chmodSync(path, 0o000);
      for (const args of [["list"], ["status", name], ["status"], ["logs", name], ["down", name]]) {
        await t.test(
          `${args.join(" ")} where ${path.slice(directory.length) || "the home"} has mode 000`,
          async () => {
            const { code, error } = await runJson(directory, ...args);
            assert.equal(error?.code, "DMM_MACHINE_FILE_UNUSABLE", JSON.stringify(error));
            assert.equal(code, 3);
            assert.match(error.message, /EACCES/);
            assert.ok(error.message.includes(path), error.message);
          },
        );
      }
      chmodSync(path, 0o755);
    }
  } finally {
    for (const path of closed) chmodSync(path, 0o755);
  }
});
