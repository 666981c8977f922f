import { join, relative } from "node:path";
import { Test } from "tap";
import type { Parser } from "tap-parser";
import { addOutcome, createOutcome, type Outcome } from "./outcome.ts";
import { TapReader } from "./tap-reader.ts";

export interface RunOptions {
  /** Paths of files are shown relative to it, and the files run in it. */
  readonly root: string;
  /** Number of concurrent files. */
  readonly jobs: number;
  /** For one file. */
  readonly timeoutMs: number;
  readonly onFile: (file: string, outcome: Outcome, seconds: number) => void;
}

/** Runs test files by tap, each as a separate program. */
export async function runFiles(files: readonly string[], options: RunOptions): Promise<Outcome> {
  const tap = new Test({ name: "tests" });
  tap.jobs = options.jobs;
  // Its own TAP is not used; unread output would block it.
  tap.resume();
  const sum = createOutcome();
  const runs = files.map(async (file) => addOutcome(sum, await runFile(tap, file, options)));
  await Promise.all(runs);
  tap.end();
  return sum;
}

/**
 * tap puts loaders for coverage into NODE_OPTIONS, and so into every program that a test starts. Tests run the
 * product unchanged. (They also end Node 26 with "Check failed: new_capacity > 0" where much is loaded.)
 */
const start = ["-u", "NODE_OPTIONS", process.execPath, join(import.meta.dirname, "start-file.ts")];

async function runFile(tap: Pick<Test, "spawn">, file: string, options: RunOptions): Promise<Outcome> {
  const name = relative(options.root, file);
  const begun: { at: number } = { at: performance.now() };
  const run = tap.spawn("env", [...start, file], {
    name,
    cwd: options.root,
    buffered: options.jobs > 1,
    timeout: options.timeoutMs,
    // The inner limit fires first, so that a report names the test.
    env: { ...process.env, TAP_TIMEOUT: String((options.timeoutMs * 0.95) / 1000) },
  });
  const spawned = run.subtest!;
  spawned.once("process", () => {
    begun.at = performance.now();
  });
  const reader = new TapReader(name, spawned.parser as Parser);
  const results = await run;
  const { exitCode, signal } = spawned.options as { exitCode?: number | null; signal?: string | null };
  const lastedMs = performance.now() - begun.at;
  const inTime =
    lastedMs < options.timeoutMs ? "" : ` after ${options.timeoutMs / 1000} s, which is its limit`;
  const trouble = results?.ok === true ? undefined : `${describeEnd(exitCode, signal)}${inTime}`;
  const outcome = reader.close(trouble);
  options.onFile(name, outcome, lastedMs / 1000);
  return outcome;
}

function describeEnd(exitCode: number | null | undefined, signal: string | null | undefined): string {
  return signal ? `the file was ended by ${signal}` : `the file ended with ${exitCode}; its output is above`;
}
