import { setTimeout as delay } from "node:timers/promises";
import type { Evidence } from "../evidence/record.ts";
import { type Responded, summarizeAttempt } from "./attempt.ts";

/** How long the verifier retries its own requests, in milliseconds. */
const patienceMs = 15_000;

/** How long a check retries one request, in milliseconds: its own time limit is not much longer. */
const checkPatienceMs = 5_000;

export interface Patience {
  readonly withinMs?: number;
  readonly signal?: AbortSignal;
  /** Called with each 503 before the wait. */
  readonly onWait?: (response: Responded) => void;
}

/**
 * Retries an idempotent request while its response is 503, as `Retry-After` (RFC 9110 section 10.2.3) allows
 * within the time limit: a store that is briefly unavailable is not a finding about the platform. Returns the last
 * response, whatever it is.
 */
export async function requestPatiently(
  send: () => Promise<Responded>,
  { withinMs = patienceMs, signal, onWait }: Patience = {},
): Promise<Responded> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const response = await send();
    const waitMs = readRetryAfter(response.headers["retry-after"]);
    if (response.status !== 503 || waitMs === undefined || performance.now() + waitMs > deadline)
      return response;
    onWait?.(response);
    await delay(waitMs, undefined, signal === undefined ? {} : { signal });
  }
}

/** The same for one request of a check; the evidence has every intermediate response. */
export function requestForCheck(
  { evidence, signal }: { readonly evidence: Evidence; readonly signal: AbortSignal },
  what: string,
  send: () => Promise<Responded>,
): Promise<Responded> {
  const onWait = (response: Responded) => evidence.record(`${what}: retried`, summarizeAttempt(response));
  return requestPatiently(send, { withinMs: checkPatienceMs, signal, onWait });
}

/** Parses seconds or a date to milliseconds from now; `undefined` for neither. */
export function readRetryAfter(field: string | undefined, now = Date.now()): number | undefined {
  if (field === undefined) return undefined;
  if (/^\d{1,9}$/.test(field)) return Number(field) * 1000;
  const at = Date.parse(field);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
