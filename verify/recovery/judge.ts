import { type Finding, fail, inconclusive, undelivered } from "../check.ts";
import { findDeliveryProblem } from "../load/response.ts";
import type { Experiment } from "./experiment.ts";

/** Preconditions of every recovery claim; undefined if all of them hold. */
export function judgeRecovery(what: string, experiment: Experiment, withinMs: number): Finding | undefined {
  if (!experiment.happened)
    return inconclusive(`the fault is not visible, so nothing was proven: ${experiment.detail}`);
  if (experiment.restoredAfterMs === undefined)
    return fail(`${what} was not replaced within ${withinMs} ms: ${experiment.detail}`);
  if (!experiment.settled)
    return fail(`${what} was replaced, but client requests still fail: ${describeOutage(experiment)}`);
  const problem = findDeliveryProblem(experiment.report);
  return problem === undefined ? undefined : undelivered(problem);
}

export function describeOutage(experiment: Experiment): string {
  const { outage } = experiment;
  if (outage.failed === 0) return `none of ${outage.requests} requests failed`;
  const kinds = Object.entries(outage.kinds).map(([kind, count]) => `${count} × ${kind}`);
  return `${outage.failed} of ${outage.requests} requests failed (${kinds.join(", ")}) over ${outage.lastedMs} ms`;
}
