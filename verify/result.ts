import type { Verdict } from "./check.ts";
import type { Difference } from "./difference.ts";
import type { Observation } from "./evidence/record.ts";
import type { RunningImage } from "./images.ts";

export interface CheckResult {
  readonly suite: string;
  readonly claim: string;
  /** The claim's name on a command line, `access/an-insider-gets-in`. */
  readonly check: string;
  readonly verdict: Verdict;
  readonly message: string;
  /** The observations, in order; free of secrets. */
  readonly evidence: readonly Observation[];
  readonly startedAt: string;
  readonly durationMs: number;
}

export type Totals = Readonly<Record<Verdict, number>> & { readonly checks: number };

export interface RunResult {
  readonly id: string;
  readonly environment: string;
  readonly target: "local" | "aws";
  readonly profile: string;
  /** Declared differences from production: this environment's own first. */
  readonly differences: readonly Difference[];
  /** What the gateway's service ran when the run began; empty after a teardown. */
  readonly images: readonly RunningImage[];
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly durationMs: number;
  readonly checks: readonly CheckResult[];
  /** Claims that this run was asked to leave out. */
  readonly notRun: readonly string[];
  readonly totals: Totals;
  readonly verdict: Verdict;
  /** Folder with the evidence, and the files in it. */
  readonly directory: string;
  readonly files: readonly string[];
}

/** A run before its evidence is written. */
export type BareResult = Omit<RunResult, "directory" | "files">;

/**
 * Failed takes precedence over inconclusive, which takes precedence over passed; nothing at all is inconclusive.
 */
export function combineVerdicts(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes("failed")) return "failed";
  if (verdicts.length === 0 || verdicts.includes("inconclusive")) return "inconclusive";
  return "passed";
}

/** Exit code of a run: 0 every claim passed, 1 a claim failed, 3 a check is inconclusive. */
export function exitCodeOf(verdict: Verdict): 0 | 1 | 3 {
  return verdict === "passed" ? 0 : verdict === "failed" ? 1 : 3;
}

export function countVerdicts(checks: readonly { readonly verdict: Verdict }[]): Totals {
  const count = (verdict: Verdict): number => checks.filter((check) => check.verdict === verdict).length;
  return {
    checks: checks.length,
    passed: count("passed"),
    failed: count("failed"),
    inconclusive: count("inconclusive"),
  };
}
