import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { test } from "tap";
import { findLeftovers } from "./left-over.ts";
import { commandLineEnvironment, commandLineFile } from "./started-command.ts";
import { TemporaryHome } from "./temporary-home.ts";

const exitCodes = { passed: 0, failed: 1, inconclusive: 3 } as const;

/** `dmm-env … 2>&1 | head -3`: the lines that head prints, and the exit code of the command itself. */
async function runIntoHead(home: string, ...args: readonly string[]) {
  const script = '{ "$0" "$@" 2>&1; echo $? >"$CODE"; } | head -3';
  const code = join(home, "exit-code");
  const { stdout } = await execa("sh", ["-c", script, process.execPath, commandLineFile, ...args], {
    env: { ...commandLineEnvironment(home), CODE: code },
    stdin: "ignore",
  });
  return { lines: stdout.split("\n"), code: Number(readFileSync(code, "utf8")) };
}

test("a gate whose pipe closes after three lines continues to its verdict, tears down and exits by the verdict", {
  timeout: 400_000,
}, async () => {
  using folder = new TemporaryHome();
  const { lines, code } = await runIntoHead(folder.directory, "gate", "feature-x");
  assert.equal(lines.length, 3);
  const results = globSync("*/result.json", { cwd: folder.home.runs }).map((file) => {
    const { verdict, totals } = JSON.parse(readFileSync(join(folder.home.runs, file), "utf8"));
    return { verdict, checks: totals.checks } as { verdict: keyof typeof exitCodes; checks: number };
  });
  // The largest is the verification; the other one is of the teardown.
  const [main] = results.sort((one, other) => other.checks - one.checks);
  assert.ok(main, "there is no evidence");
  assert.equal(code, exitCodes[main.verdict], `the verdict is ${main.verdict}`);
  const [proof] = globSync("feature-x-*.json", { cwd: folder.home.teardowns });
  assert.ok(proof, "there is no proof");
  assert.deepEqual(findLeftovers(folder.home), []);
});
