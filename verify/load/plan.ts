import { VerifyError } from "../errors.ts";
import type { Target } from "../target.ts";

/** One kind of request in the mix; requests go round the mix in turn. */
export interface LoadRequest {
  /** What the report calls it. */
  readonly label: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** An open-loop load: arrivals follow the plan whatever the answers do. */
export interface LoadPlan {
  readonly requests: readonly LoadRequest[];
  readonly arrivalsPerSecond: number;
  /** The load ends by itself after this, even if nobody stops it. */
  readonly longestMs: number;
  /** A request without an answer after this is counted as lost. */
  readonly timeoutMs: number;
  /** Over this many unanswered requests a due one is not sent, and counted. */
  readonly inFlight: number;
}

/** Everything the worker needs; it crosses a thread border, so it is plain data. */
export interface WorkerPlan extends LoadPlan {
  readonly host: string;
  readonly port: number;
  readonly url: string;
  readonly authority: string | undefined;
  readonly certificate: string;
  readonly key: string;
}

/** Most requests that one load may plan: each is kept with its answer. */
export const mostRequests = 200_000;

/** Completes a plan for a target. Locally the load may only go to this machine. Throws DMM_VERIFY_NOT_LOOPBACK. */
export function planLoad(target: Target, plan: LoadPlan): WorkerPlan {
  const { connect, url, authority } = target.ingress;
  if (target.kind === "local" && !/^127(\.\d{1,3}){3}$/.test(connect.host))
    throw new VerifyError("DMM_VERIFY_NOT_LOOPBACK", { host: connect.host });
  const longestMs = Math.min(plan.longestMs, (mostRequests / plan.arrivalsPerSecond) * 1_000);
  return {
    ...plan,
    longestMs,
    host: connect.host,
    port: connect.port,
    url,
    authority,
    certificate: target.insider.certificate,
    key: target.insider.key,
  };
}
