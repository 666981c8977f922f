import { spawn } from "node:child_process";
import { globSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { parseArgs } from "node:util";

/**
 * Runs the test files given (or all), prints the report and, last, one plain line `N passed, N failed`.
 * Usage: `npm test -- [--kills N] [--seeds N] [--seed N] [folder or file …]`; the numbers are for the chaos tests.
 */
const root = join(import.meta.dirname, "..");
const { values, positionals: wanted } = parseArgs({
  options: { kills: { type: "string" }, seeds: { type: "string" }, seed: { type: "string" } },
  allowPositionals: true,
});
if (values.kills !== undefined) process.env.DMM_ENV_CHAOS_COUNT = values.kills;
if (values.seeds !== undefined) process.env.DMM_ENV_CHAOS_SEEDS = values.seeds;
if (values.seed !== undefined) process.env.DMM_ENV_CHAOS_SEED = values.seed;
// It chose this program; what the tests start is the command line.
delete process.env.DMM_ENV_PROGRAM;

/** All that the tests make lies in here, so that the last test can see whether anything is left. Short: sockets live below. */
const folder = mkdtempSync(join(tmpdir(), "dmm-t-"));
process.env.TMPDIR = folder;
process.env.DMM_ENV_TEST_FOLDER = folder;
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

/** These start whole environments, so they run alone and last; the proof that nothing is left ends the run. */
const alone = ["tests/environment/", "tests/nothing-left.test.ts"];

function findFiles(): readonly string[] {
  const all = globSync("tests/**/*.test.ts", { cwd: root }).sort();
  if (wanted.length === 0) return all;
  return all.filter((file) =>
    wanted.some((path) => file === path || file.startsWith(`${path.replace(/\/$/, "")}/`)),
  );
}

async function runFiles(
  files: readonly string[],
  concurrency: number,
): Promise<{ passed: number; failed: number }> {
  const count = { passed: 0, failed: 0 };
  if (files.length === 0) return count;
  const stream = run({ files: files.map((file) => join(root, file)), concurrency, timeout: 900_000 });
  stream.on("test:pass", (event) => {
    if (event.details.type !== "suite") count.passed += 1;
  });
  stream.on("test:fail", (event) => {
    if (event.details.type !== "suite") count.failed += 1;
  });
  const report = stream.compose(spec);
  report.pipe(process.stdout, { end: false });
  await new Promise<void>((resolve, reject) => report.once("end", resolve).once("error", reject));
  return count;
}

/** The toolchain is part of what the tests need; a machine that has it pays only for the look. */
async function obtainToolchain(): Promise<void> {
  const child = spawn(process.execPath, [join(root, "cli", "main.ts"), "setup"], {
    cwd: root,
    stdio: "inherit",
  });
  const code = await new Promise<number | null>((resolve) => child.once("exit", resolve));
  if (code !== 0) throw new Error(`dmm-env setup ended with ${code}; the tests need its parts.`);
}

await obtainToolchain();
const files = findFiles();
if (files.length === 0) {
  process.stderr.write(`No test file matches ${wanted.join(" ")}.\n`);
  process.exit(2);
}
const together = files.filter((file) => !alone.some((path) => file.startsWith(path)));
const apart = files.filter((file) => alone.some((path) => file.startsWith(path)));
const first = await runFiles(together, 2);
const second = await runFiles(apart, 1);
const passed = first.passed + second.passed;
const failed = first.failed + second.failed;
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
