import { globSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { execa } from "execa";
import { t } from "tap";
import { keepBusy } from "./runner/busy.ts";
import { obtainChromium } from "./runner/chromium.ts";
import { addOutcome, createOutcome, exitCodeOf } from "./runner/outcome.ts";
import { printFile, printOutcome } from "./runner/print.ts";
import { runFiles } from "./runner/run-files.ts";
import { createStandIns } from "./runner/stand-ins.ts";

/**
 * Runs the test files given (or all) by tap, prints the report and, last, one plain line `N passed, N failed` or
 * `N passed, N failed, N skipped`. With CI=true a skipped test fails the run. Usage: `npm test -- [--kills N]
 * [--seeds N] [--seed N] [--stand-ins right|wrong] [--busy N] [folder or file …]`; the first three are for the
 * chaos tests, the last two simulate another machine.
 */
const root = join(import.meta.dirname, "..");
const { values, positionals: wanted } = parseArgs({
  options: {
    kills: { type: "string" },
    seeds: { type: "string" },
    seed: { type: "string" },
    "stand-ins": { type: "string" },
    busy: { type: "string" },
  },
  allowPositionals: true,
});
if (values.kills !== undefined) process.env.DMM_ENV_CHAOS_COUNT = values.kills;
if (values.seeds !== undefined) process.env.DMM_ENV_CHAOS_SEEDS = values.seeds;
if (values.seed !== undefined) process.env.DMM_ENV_CHAOS_SEED = values.seed;
/** For one file; each requested kill or seed has a minute. */
const fileLimitMs = Math.max(
  900_000,
  60_000 * Math.max(Number(values.seeds ?? 0), Number(values.kills ?? 0)),
);
// It selected this program; tests start the command line.
delete process.env.DMM_ENV_PROGRAM;

/**
 * All files of the tests are in here, so that the last test can detect leftovers. A short path, because of the
 * sockets below it.
 */
const folder = mkdtempSync(join(tmpdir(), "dmm-t-"));
process.env.TMPDIR = folder;
process.env.DMM_ENV_TEST_FOLDER = folder;
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

/** These start whole environments, so they run alone and last; the check for leftovers ends the run. */
const alone = ["tests/environment/", "tests/nothing-left.test.ts"];

/** These start nothing of the product, so they need no toolchain. */
const toolless = ["tests/repository/", "tests/runner/"];

/** These open pages in Chromium. */
const browsing = /^tests\/(gateway\/(admin|oauth2)\/|environment\/sign-in)|chromium/;

function findFiles(): readonly string[] {
  const all = globSync("tests/**/*.test.ts", { cwd: root }).sort();
  if (wanted.length === 0) return all;
  return all.filter((file) =>
    wanted.some((path) => file === path || file.startsWith(`${path.replace(/\/$/, "")}/`)),
  );
}

/** The tests need the toolchain; if it is complete, this is only a check. */
async function obtainToolchain(): Promise<void> {
  const setup = [join(root, "cli", "main.ts"), "setup"];
  const { exitCode } = await execa(process.execPath, setup, { cwd: root, stdio: "inherit", reject: false });
  if (exitCode !== 0) throw new Error(`dmm-env setup ended with ${exitCode}; the tests need its parts.`);
}

// tap's own root test runs nothing here, and would fail after its 30 seconds.
t.setTimeout(0);
const files = findFiles();
if (files.length === 0) {
  process.stderr.write(`No test file matches ${wanted.join(" ")}.\n`);
  process.exit(2);
}
if (files.some((file) => !toolless.some((path) => file.startsWith(path)))) await obtainToolchain();
if (files.some((file) => browsing.test(file)))
  await obtainChromium((line) => process.stdout.write(`${line}\n`));
if (values["stand-ins"] !== undefined) {
  const kind = values["stand-ins"];
  if (kind !== "right" && kind !== "wrong") {
    process.stderr.write(`--stand-ins is ${kind}; it must be right or wrong.\n`);
    process.exit(2);
  }
  const standIns = mkdtempSync(join(dirname(folder), "dmm-s-"));
  process.on("exit", () => rmSync(standIns, { recursive: true, force: true }));
  process.env.PATH = [await createStandIns(standIns, kind), process.env.PATH].join(delimiter);
}
if (values.busy !== undefined) keepBusy(Number(values.busy));
const isAlone = (file: string): boolean => alone.some((path) => file.startsWith(path));
const outcome = createOutcome();
for (const [jobs, group] of [
  [2, files.filter((file) => !isAlone(file))],
  [1, files.filter(isAlone)],
] as const) {
  const paths = group.map((file) => join(root, file));
  addOutcome(outcome, await runFiles(paths, { root, jobs, timeoutMs: fileLimitMs, onFile: printFile }));
}
printOutcome(outcome);
process.exit(exitCodeOf(outcome, process.env));
