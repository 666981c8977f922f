import { setTimeout as delay } from "node:timers/promises";
import type { Evidence } from "../evidence/record.ts";
import { type Responded, summarizeAttempt } from "./attempt.ts";

/** How long the verifier goes on for one thing that it needs itself, in milliseconds. */
const patienceMs = 15_000;

/** How long a check goes on for one request, in milliseconds: its own time limit is not much longer. */
const checkPatienceMs = 5_000;

export interface Patience {
  readonly withinMs?: number;
  readonly signal?: AbortSignal;
  /** Called with each 503 before the wait. */
  readonly onWait?: (response: Responded) => void;
}

/**
 * Sends a request that may be repeated until its response is something else than 503, as often as `Retry-After` (RFC 9110
 * 10.2.3) allows within the time limit: a store that is away for a moment is no finding about the platform. The last
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

/** The same for one request of a check; the evidence has every response that was not the last word. */
export function requestForCheck(
  { evidence, signal }: { readonly evidence: Evidence; readonly signal: AbortSignal },
  what: string,
  send: () => Promise<Responded>,
): Promise<Responded> {
  const onWait = (response: Responded) => evidence.record(`${what}: retried`, summarizeAttempt(response));
  return requestPatiently(send, { withinMs: checkPatienceMs, signal, onWait });
}

/** Seconds or a date, as milliseconds from now; `undefined` where there is neither. */
export function readRetryAfter(field: string | undefined, now = Date.now()): number | undefined {
  if (field === undefined) return undefined;
  if (/^\d{1,9}$/.test(field)) return Number(field) * 1000;
  const at = Date.parse(field);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
