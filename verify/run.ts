import { randomBytes } from "node:crypto";
import { type Check, type CheckScope, checkNameOf, type Finding, type Suite } from "./check.ts";
import { VerifyError } from "./errors.ts";
import { happened, type VerifyEvent } from "./events.ts";
import { createEvidence, type Evidence } from "./evidence/record.ts";
import type { Secrets } from "./evidence/secrets.ts";
import { explainError } from "./explain-error.ts";
import { type CheckResult, combineVerdicts } from "./result.ts";

/** Concurrent checks of a suite: the machine under test may be this one. */
const concurrently = 4;
const cleanUpLimitMs = 10_000;
/** Attempts of a check whose load a busy machine does not deliver; failures of the platform count immediately. */
const mostAttempts = 3;

export interface Runner<World> {
  readonly world: World;
  readonly secrets: Secrets;
  readonly signal: AbortSignal;
  emit(event: VerifyEvent): void;
}

/** Runs suites one after the other. Never throws for a check: an error is an inconclusive check. */
export async function runSuites<World>(
  runner: Runner<World>,
  suites: readonly Suite<CheckScope & World>[],
): Promise<readonly CheckResult[]> {
  const results: CheckResult[] = [];
  for (const suite of suites) {
    const started = performance.now();
    runner.emit(happened({ event: "suite-started", suite: suite.name, checks: suite.checks.length }));
    const checks = await runSuite(runner, suite);
    const verdict = combineVerdicts(checks.map((check) => check.verdict));
    const durationMs = elapsedSince(started);
    runner.emit(happened({ event: "suite-finished", suite: suite.name, verdict, durationMs }));
    results.push(...checks);
  }
  return results;
}

async function runSuite<World>(
  runner: Runner<World>,
  suite: Suite<CheckScope & World>,
): Promise<readonly CheckResult[]> {
  const results: CheckResult[] = [];
  const waiting = suite.checks.map((check, index) => ({ check, index }));
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      results[next.index] = await runCheck(runner, suite.name, next.check);
    }
  };
  const workers = suite.order === "together" ? concurrently : 1;
  await Promise.all(Array.from({ length: workers }, work));
  return results;
}

/** Runs one check with separate evidence, and again if its load was not delivered. */
export async function runCheck<World>(
  runner: Runner<World>,
  suite: string,
  check: Check<CheckScope & World>,
): Promise<CheckResult> {
  const started = performance.now();
  const startedAt = new Date().toISOString();
  const evidence = createEvidence(runner.secrets);
  const { claim } = check;
  runner.emit(happened({ event: "check-started", suite, claim }));
  let finding = await attemptCheck(runner, { suite, check, evidence });
  for (let attempt = 2; finding.undelivered && attempt <= mostAttempts; attempt += 1) {
    if (runner.signal.aborted) break;
    evidence.record(`attempt ${attempt - 1} was retried`, finding.message);
    finding = await attemptCheck(runner, { suite, check, evidence });
  }
  const result: CheckResult = {
    suite,
    claim,
    check: checkNameOf(suite, claim),
    verdict: finding.verdict,
    message: runner.secrets.redact(finding.message),
    evidence: evidence.observations,
    startedAt,
    durationMs: elapsedSince(started),
  };
  runner.emit(happened({ event: "check-finished", ...result }));
  return result;
}

interface AttemptedCheck<World> {
  readonly suite: string;
  readonly check: Check<CheckScope & World>;
  readonly evidence: Evidence;
}

/** One attempt, with its own time limit and clean-up. */
async function attemptCheck<World>(
  runner: Runner<World>,
  { suite, check, evidence }: AttemptedCheck<World>,
): Promise<Finding> {
  const cleanUps: (() => void | Promise<void>)[] = [];
  const limit = new AbortController();
  const { claim } = check;
  const scope: CheckScope = {
    evidence,
    signal: AbortSignal.any([runner.signal, limit.signal]),
    progress: (message) =>
      runner.emit(
        happened({ event: "check-progress", suite, claim, message: runner.secrets.redact(message) }),
      ),
    defer: (release) => cleanUps.push(release),
    uniqueName: (thing) => `verify-${thing}-${randomBytes(4).toString("hex")}`,
  };
  const found = await findWithin(
    () => check.run({ ...runner.world, ...scope }),
    scope.signal,
    check.timeoutMs,
  );
  // A check that timed out must not continue beside the next one.
  limit.abort();
  const finding = requireEvidence(found, evidence.observations.length);
  for (const release of cleanUps.reverse()) await cleanUpQuietly(release, evidence.record);
  return finding;
}

/** The check's finding, or an inconclusive one with the reason. */
async function findWithin(
  run: () => Promise<Finding>,
  signal: AbortSignal,
  timeoutMs: number,
): Promise<Finding> {
  const { promise: cut, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new VerifyError("DMM_VERIFY_TIME_OVER", { what: "The check", afterMs: timeoutMs })),
    timeoutMs,
  );
  const abort = (): void => reject(new VerifyError("DMM_VERIFY_INTERRUPTED"));
  signal.addEventListener("abort", abort, { once: true });
  try {
    if (signal.aborted) throw new VerifyError("DMM_VERIFY_INTERRUPTED");
    return await Promise.race([run(), cut]);
  } catch (error) {
    return { verdict: "inconclusive", message: explainError(error) };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  }
}

/** A verdict without observations is invalid. */
function requireEvidence(finding: Finding, observations: number): Finding {
  if (observations > 0 || finding.verdict === "inconclusive") return finding;
  return { verdict: "inconclusive", message: `no evidence was recorded for: ${finding.message}` };
}

async function cleanUpQuietly(
  release: () => void | Promise<void>,
  record: (name: string, value: unknown) => void,
): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, cleanUpLimitMs);
  try {
    await Promise.race([release(), late]);
  } catch (error) {
    record("cleanup failed", explainError(error));
  } finally {
    clearTimeout(timer);
  }
}

function elapsedSince(started: number): number {
  return Math.round(performance.now() - started);
}
