import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import { runCommandLine } from "./started-command.ts";
import { TemporaryHome } from "./temporary-home.ts";

const unusable = [
  ["a line break", "line\nbreak"],
  ['":"', "12:30"],
  ['";"', "a;b"],
  ["may have 250", join("a".repeat(120), "b".repeat(120), "c".repeat(120))],
] as const;

for (const [reason, name] of unusable) {
  test(`a home whose path contains ${JSON.stringify(name.slice(0, 20))} is refused before anything is created`, async () => {
    using folder = new TemporaryHome();
    const home = join(folder.directory, name);
    const { code, stdout, stderr } = await runCommandLine(home, "up", "feature-x", "--json");
    assert.equal(code, 3, stderr);
    const { error } = JSON.parse(stdout);
    assert.equal(error.code, "DMM_PATH_UNUSABLE");
    assert.ok(error.message.includes(reason), error.message);
    assert.ok(!existsSync(home));
  });
}

const commands = [
  ["list"],
  ["status", "feature-x"],
  ["logs", "feature-x"],
  ["access", "list", "feature-x"],
  ["down", "feature-x"],
  ["up", "feature-x"],
];

test("a home that cannot be read is an error of every command, not an empty list", async () => {
  using folder = new TemporaryHome();
  // No path below a file can be resolved: refused for every user, including root.
  const home = join(folder.directory, "file");
  writeFileSync(home, "");
  for (const args of commands) {
    const { code, stdout } = await runCommandLine(home, ...args, "--json");
    const { error } = JSON.parse(stdout);
    assert.deepEqual([code, error?.code], [3, "DMM_MACHINE_FILE_UNUSABLE"], `${args[0]}: ${stdout}`);
    assert.match(error.message, /ENOTDIR/);
  }
});
