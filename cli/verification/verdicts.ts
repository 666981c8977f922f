import type { RunningImage, RunResult } from "../../verify/index.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { chalk } from "../report/style.ts";

/** 0 when every claim held, 1 when one is broken, otherwise 3: never green by omission. */
export function exitCodeOf({ verdict }: RunResult): ExitCode {
  if (verdict === "held") return exitCodes.done;
  return verdict === "broken" ? exitCodes.claimBroken : exitCodes.notReady;
}

/** The claims that did not hold with what was observed, the totals, and where the evidence is. */
export function renderVerdicts(result: RunResult): readonly string[] {
  const { held, broken, inconclusive, checks } = result.totals;
  const rest = result.checks.filter(({ verdict }) => verdict !== "held");
  const paint = { broken: chalk.red, inconclusive: chalk.yellow, held: chalk.green };
  return [
    ...rest.map(
      ({ verdict, suite, claim, message }) => `${paint[verdict](verdict)}  ${suite}: ${claim}: ${message}`,
    ),
    `${held} of ${checks} claims held, ${broken} broken, ${inconclusive} inconclusive, in ${(result.durationMs / 1000).toFixed(1)} s.`,
    ...result.images.map(renderImage),
    ...warnOfSeveral(result.images),
    `Evidence: ${result.directory}`,
  ];
}

/** What was verified, with as much of its digest as tells it from others. */
function renderImage({ image, digest, tasks, reason, appeared }: RunningImage): string {
  const short = /^sha256:[0-9a-f]{12}/.exec(digest)?.[0] ?? digest;
  // The task definition's reference has the same digest once more.
  const name = image.replace(/@sha256:[0-9a-f]{64}$/, "");
  const by = reason ?? `run by ${tasks} ${tasks === 1 ? "task" : "tasks"}`;
  return `Image: ${name} ${short}, ${by}${appeared === undefined ? "" : `, appeared ${appeared}`}`;
}

/** In the middle of a roll-out, or after an edit, a verdict is not one image's alone. */
function warnOfSeveral(images: readonly RunningImage[]): readonly string[] {
  const digests = new Set(images.map(({ digest }) => digest));
  if (digests.size < 2) return [];
  return [
    chalk.yellow(`The gateways ran ${digests.size} different contents; the verdict is no single one's.`),
  ];
}

/** The result as it is in `--json`: verdicts without the observations, which are in the evidence. */
export function reportVerdicts(result: RunResult): Record<string, unknown> {
  return {
    run: result.id,
    profile: result.profile,
    verdict: result.verdict,
    totals: result.totals,
    images: result.images,
    claims: result.checks.map(({ suite, check, claim, verdict, message, durationMs }) => {
      return { suite, check, claim, verdict, message, durationMs };
    }),
    evidence: result.directory,
  };
}
