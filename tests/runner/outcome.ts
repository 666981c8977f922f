/** Result of test files. Tests are counted; their assertions and the groups around them are not. */
export interface Outcome {
  passed: number;
  readonly failures: Failure[];
  readonly skips: Skip[];
}

export interface Failure {
  /** The file, the groups and the test. */
  readonly path: readonly string[];
  readonly message: string;
  /** The TAP diagnostics: stack, expected, actual. */
  readonly details: Readonly<Record<string, unknown>>;
}

export interface Skip {
  readonly path: readonly string[];
  readonly reason: string;
}

export function createOutcome(): Outcome {
  return { passed: 0, failures: [], skips: [] };
}

export function addOutcome(sum: Outcome, { passed, failures, skips }: Outcome): void {
  sum.passed += passed;
  sum.failures.push(...failures);
  sum.skips.push(...skips);
}

export function countTests({ passed, failures, skips }: Outcome): number {
  return passed + failures.length + skips.length;
}

/** The last line of a run; `.ci/run` reads it. */
export function renderCounts({ passed, failures, skips }: Outcome): string {
  const counts = [`${passed} passed`, `${failures.length} failed`];
  if (skips.length > 0) counts.push(`${skips.length} skipped`);
  return counts.join(", ");
}

/** A skipped test proves nothing, so it fails an automated run. */
export function exitCodeOf({ passed, failures, skips }: Outcome, env: NodeJS.ProcessEnv): number {
  const isAutomatic = env.CI !== undefined && env.CI !== "" && env.CI !== "false";
  return failures.length > 0 || passed === 0 || (isAutomatic && skips.length > 0) ? 1 : 0;
}
