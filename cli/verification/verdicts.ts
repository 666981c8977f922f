import type { RunningImage, RunResult } from "../../verify/index.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { renderDifference } from "../provisioning/list-differences.ts";
import { chalk } from "../report/style.ts";

/** 0 when every claim passed, 1 when one failed, otherwise 3: never green by omission. */
export function exitCodeOf({ verdict }: RunResult): ExitCode {
  if (verdict === "passed") return exitCodes.done;
  return verdict === "failed" ? exitCodes.checkFailed : exitCodes.notReady;
}

/** The code of a teardown with the checks after it: one that fails has found a leftover, an inconclusive one proves nothing. */
export function exitCodeAfterTeardown(tornDown: ExitCode, { verdict }: Pick<RunResult, "verdict">): ExitCode {
  if (verdict === "failed") return exitCodes.leftover;
  return verdict === "inconclusive" && tornDown === exitCodes.done ? exitCodes.notReady : tornDown;
}

/** The claims that did not pass with what was observed, the totals, and the path of the evidence. */
export function renderVerdicts(result: RunResult): readonly string[] {
  const { passed, failed, inconclusive, checks } = result.totals;
  return [
    ...renderOpen(result),
    `${passed} of ${checks} checks passed, ${failed} failed, ${inconclusive} inconclusive, in ${(result.durationMs / 1000).toFixed(1)} s.`,
    ...result.images.map(renderImage),
    ...warnOfSeveral(result.images),
    ...renderDifferences(result.differences),
    `Evidence: ${result.directory}`,
  ];
}

/** Results of the checks after a teardown; images and differences were printed with the first run. */
export function renderTeardownVerdicts(result: RunResult): readonly string[] {
  const { passed, checks } = result.totals;
  return [
    ...renderOpen(result),
    `Teardown: ${passed} of ${checks} checks passed. Evidence: ${result.directory}`,
  ];
}

/** Checks that failed or were inconclusive, with what was observed. */
function renderOpen(result: RunResult): readonly string[] {
  const paint = { failed: chalk.red, inconclusive: chalk.yellow, passed: chalk.green };
  return result.checks
    .filter(({ verdict }) => verdict !== "passed")
    .map(
      ({ verdict, suite, claim, message }) => `${paint[verdict](verdict)}  ${suite}: ${claim}: ${message}`,
    );
}

/** The verified image, with enough of its digest to identify it. */
function renderImage({ image, digest, tasks, reason, appeared }: RunningImage): string {
  const short = /^sha256:[0-9a-f]{12}/.exec(digest)?.[0] ?? digest;
  // The task definition's reference repeats the digest.
  const name = image.replace(/@sha256:[0-9a-f]{64}$/, "");
  const by = reason ?? `run by ${tasks} ${tasks === 1 ? "task" : "tasks"}`;
  return `Image: ${name} ${short}, ${by}${appeared === undefined ? "" : `, appeared ${appeared}`}`;
}

/** During a roll-out, or after an edit, a verdict does not apply to a single image. */
function warnOfSeveral(images: readonly RunningImage[]): readonly string[] {
  const digests = new Set(images.map(({ digest }) => digest));
  if (digests.size < 2) return [];
  return [
    chalk.yellow(
      `The gateways ran ${digests.size} different image contents; the result does not belong to a single one.`,
    ),
  ];
}

/** This environment's own differences; those of every environment are in the evidence. */
function renderDifferences(differences: RunResult["differences"]): readonly string[] {
  const own = differences.filter(({ scope }) => scope === "this environment");
  const others = differences.length - own.length;
  const rest =
    others === 1
      ? "1 declared difference from production applies to every environment; the report lists it."
      : `${others} declared differences from production apply to every environment; the report lists them.`;
  return [...own.map(renderDifference), ...(others === 0 ? [] : [rest])];
}

/** The result for `--json`: verdicts without the observations, which are in the evidence. */
export function reportVerdicts(result: RunResult): Record<string, unknown> {
  return {
    run: result.id,
    profile: result.profile,
    verdict: result.verdict,
    totals: result.totals,
    images: result.images,
    differences: result.differences,
    claims: result.checks.map(({ suite, check, claim, verdict, message, durationMs }) => {
      return { suite, check, claim, verdict, message, durationMs };
    }),
    evidence: result.directory,
  };
}
