import { VerifyError } from "../errors.ts";
import type { Target } from "../target.ts";
import { isLoopback } from "./loopback.ts";

/** One kind of request in the mix; kinds are sent in turn. */
export interface LoadRequest {
  /** Its name in the report. */
  readonly label: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** An open-loop load: arrivals follow the plan whatever the responses are. */
export interface LoadPlan {
  readonly requests: readonly LoadRequest[];
  readonly arrivalsPerSecond: number;
  /** The load ends automatically after this time. */
  readonly longestMs: number;
  /** A request without a response after this time is counted as lost. */
  readonly timeoutMs: number;
  /** With this many pending requests a due one is not sent, and counted. */
  readonly inFlight: number;
}

/** Everything that the worker needs; it crosses a thread boundary, so it is plain data. */
export interface WorkerPlan extends LoadPlan {
  readonly host: string;
  readonly port: number;
  readonly url: string;
  readonly authority: string | undefined;
  readonly certificate: string;
  readonly key: string;
}

/** Most requests that one load may plan: each is stored with its response. */
export const mostRequests = 200_000;

/** Completes a plan for a target. Local load may only go to this machine. Throws DMM_VERIFY_NOT_LOOPBACK. */
export function planLoad(target: Target, plan: LoadPlan): WorkerPlan {
  const { connect, url, authority } = target.ingress;
  if (target.kind === "local" && !isLoopback(connect.host))
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
