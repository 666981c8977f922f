import { setTimeout as delay } from "node:timers/promises";
import type { CheckContext } from "../check.ts";
import { type WaitOptions, waitUntil } from "../client/wait.ts";
import { VerifyError } from "../errors.ts";
import { type RunningLoad, startLoad } from "../load/generator.ts";
import { countKinds, drawTimeline, measureOutage, type Outage } from "../load/outage.ts";
import { type LoadRequest, planLoad } from "../load/plan.ts";
import type { LoadReport, LoadResponse } from "../load/response.ts";
import { waitForSteadyLoad } from "../load/steady.ts";

/** AWS's description of the component under test. */
export interface FaultState {
  /** The fault is visible: the lost component is gone. Without this nothing was proven. */
  readonly happened: boolean;
  /** Full capacity again. */
  readonly restored: boolean;
  readonly detail: string;
}

export interface Fault {
  /** For the reader: `the task 8f3a… is killed`. */
  readonly what: string;
  readonly requests: readonly LoadRequest[];
  /** Whether a response counts as served. */
  readonly isGood: (response: LoadResponse) => boolean;
  inject(): Promise<void>;
  /** `responses`: so far, to requests that were due after the fault. */
  observe(responses: readonly LoadResponse[]): Promise<FaultState>;
}

export interface Experiment {
  readonly report: LoadReport;
  readonly outage: Outage;
  readonly happened: boolean;
  /** From the fault to full capacity; undefined: not within the time limit. */
  readonly restoredAfterMs?: number;
  /** Whether clients were served without a failure after full capacity was restored. */
  readonly settled: boolean;
  /** The latest description by AWS. */
  readonly detail: string;
}

const requestTimeoutMs = 5_000;

/** Steady load, then the fault, then load until full capacity is restored and stable. Records all of it. */
export async function breakUnderLoad(context: CheckContext, fault: Fault): Promise<Experiment> {
  const { profile, target, signal } = context;
  const load = await startLoad(
    planLoad(target, {
      requests: fault.requests,
      arrivalsPerSecond: profile.arrivalsPerSecond,
      longestMs: profile.steadyMs + 2 * recoveryLimitMs(context) + profile.settledMs + requestTimeoutMs,
      timeoutMs: requestTimeoutMs,
      // High enough that a stall of the platform cannot hold back arrivals.
      inFlight: Math.ceil((profile.arrivalsPerSecond * requestTimeoutMs) / 1_000) + 64,
    }),
  );
  context.defer(() => load.abandon());
  await waitForSteadyLoad(load, profile, signal);
  requireSteadyState(load.responses, fault);

  context.progress(fault.what);
  const faultAt = Date.now();
  await fault.inject();
  const { happened, restoredAt, detail } = await followRecovery(context, fault, () =>
    load.responses.filter((response) => response.dueAt >= faultAt),
  );
  const settled = restoredAt !== undefined && (await waitUntilServed(context, load, fault));
  const report = await load.stop();
  const outage = measureOutage(report.responses, faultAt, fault.isGood);
  const restoredAfterMs = restoredAt === undefined ? undefined : restoredAt - faultAt;
  const { responses, ...figures } = report;
  context.evidence.record("fault", {
    what: fault.what,
    at: new Date(faultAt).toISOString(),
    happened,
    restoredAfterMs,
    settled,
    detail,
  });
  context.evidence.record("load", {
    ...figures,
    arrivalsPerSecond: profile.arrivalsPerSecond,
    responses: countKinds(responses),
  });
  context.evidence.record("outage", outage);
  context.evidence.record("timeline", drawTimeline(responses, faultAt, fault.isGood));
  return {
    report,
    outage,
    happened,
    settled,
    detail,
    ...(restoredAfterMs === undefined ? {} : { restoredAfterMs }),
  };
}

/** Without service before the fault, no loss can be attributed to it. */
function requireSteadyState(responses: readonly LoadResponse[], fault: Fault): void {
  const failed = responses.filter((response) => !fault.isGood(response));
  if (failed.length > 0) {
    throw new VerifyError("DMM_VERIFY_NO_CONTROL", {
      what: `${failed.length} of ${responses.length} requests failed before the fault: ${JSON.stringify(countKinds(failed))}`,
    });
  }
}

/** Waits for a period of responses without a failure. False: clients still fail at the time limit. */
async function waitUntilServed(context: CheckContext, load: RunningLoad, fault: Fault): Promise<boolean> {
  const { settledMs } = context.profile;
  await delay(settledMs, undefined, { signal: context.signal });
  const observe = (): boolean => {
    const since = Date.now() - settledMs;
    const recent = load.responses.filter((response) => response.dueAt + response.responseMs >= since);
    return recent.length > 0 && recent.every(fault.isGood);
  };
  return await happensWithin("steady service", observe, {
    withinMs: recoveryLimitMs(context),
    everyMs: 50,
    signal: context.signal,
  });
}

async function happensWithin(
  what: string,
  observe: () => boolean | Promise<boolean>,
  options: WaitOptions,
): Promise<boolean> {
  try {
    return await waitUntil(what, observe, options);
  } catch (error) {
    if (error instanceof VerifyError && error.code === "DMM_VERIFY_TIME_OVER") return false;
    throw error;
  }
}

async function followRecovery(
  context: CheckContext,
  fault: Fault,
  readResponses: () => readonly LoadResponse[],
): Promise<{ happened: boolean; restoredAt?: number; detail: string }> {
  const state = { happened: false, detail: "" };
  const isRestored = async (): Promise<boolean> => {
    const seen = await fault.observe(readResponses());
    if (seen.happened && !state.happened) context.progress(seen.detail);
    state.happened ||= seen.happened;
    state.detail = seen.detail;
    return state.happened && seen.restored;
  };
  const everyMs = context.target.kind === "local" ? 100 : 2_000;
  const restored = await happensWithin("the recovery", isRestored, {
    withinMs: recoveryLimitMs(context),
    everyMs,
    signal: context.signal,
  });
  return restored ? { ...state, restoredAt: Date.now() } : state;
}

/** Longest time from a fault to full capacity, and from there to steady service. */
export function recoveryLimitMs({ profile, target }: CheckContext): number {
  return profile.recoverWithinMs[target.kind];
}
