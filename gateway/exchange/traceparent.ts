import { randomFillSync } from "node:crypto";

/** Random bytes are drawn for many requests at a time: a system call per request would be measurable. */
const pool = Buffer.allocUnsafe(8192);
let used = pool.length;

function drawHex(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const hex = pool.toString("hex", used, used + bytes);
  used += bytes;
  return hex;
}

const parent = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** The caller's span, or nothing where `traceparent` is not valid. https://www.w3.org/TR/trace-context/#traceparent-header */
export function parseTraceparent(
  received: string | undefined,
): { readonly traceId: string; readonly spanId: string; readonly traceFlags: number } | undefined {
  const match = received === undefined ? null : parent.exec(received);
  if (
    match === null ||
    match[1] === "ff" ||
    (match[1] === "00" && match[5] !== undefined) ||
    /^0+$/.test(match[2]!) ||
    /^0+$/.test(match[3]!)
  )
    return undefined;
  return { traceId: match[2]!, spanId: match[3]!, traceFlags: Number.parseInt(match[4]!, 16) };
}

/**
 * The `traceparent` for the upstream where the gateway records no spans: the caller's trace with a new span id, or
 * a new unsampled trace.
 */
export function continueTrace(received: string | undefined): string {
  const caller = parseTraceparent(received);
  if (caller === undefined) return `00-${drawHex(16)}-${drawHex(8)}-00`;
  return `00-${caller.traceId}-${drawHex(8)}-${caller.traceFlags.toString(16).padStart(2, "0")}`;
}

const processId = drawHex(6);
let counter = 0;

/** Unique among all gateways; never taken from the client, because the access log is evidence. */
export function createRequestId(): string {
  counter++;
  return `${processId}-${counter.toString(36)}`;
}
