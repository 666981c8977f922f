import { setTimeout as delay } from "node:timers/promises";
import { MachineError } from "./errors.ts";

/** How long to wait for a condition, and how often to check it; both in milliseconds. */
export interface WaitOptions {
  /** `Infinity` waits as long as it takes. */
  readonly withinMs: number;
  readonly everyMs: number;
  /** Ends the wait; its reason is thrown. */
  readonly signal?: AbortSignal | undefined;
}

type Finding<Found> = Found | false | undefined;

/**
 * Checks a condition until it gives something other than false or undefined, and returns that; undefined when the time is
 * up. The condition is checked at least once, and once more when the time is up. Throws what the condition throws.
 */
export async function pollUntil<Found>(
  find: () => Finding<Found> | Promise<Finding<Found>>,
  { withinMs, everyMs, signal }: WaitOptions,
): Promise<Exclude<Found, false> | undefined> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    signal?.throwIfAborted();
    const isLast = performance.now() >= deadline;
    const found = await find();
    if (found !== false && found !== undefined) return found as Exclude<Found, false>;
    if (isLast) return undefined;
    const pauseMs = Math.min(everyMs, Math.max(1, Math.ceil(deadline - performance.now())));
    await delay(pauseMs, undefined, signal && { signal }).catch(() => undefined);
  }
}

/** As {@link pollUntil}, but throws DMM_MACHINE_WAIT_TIMEOUT, which names `what`, when the time is up. */
export async function waitUntil<Found>(
  what: string,
  find: () => Finding<Found> | Promise<Finding<Found>>,
  options: WaitOptions,
): Promise<Exclude<Found, false>> {
  const found = await pollUntil(find, options);
  if (found === undefined)
    throw new MachineError("DMM_MACHINE_WAIT_TIMEOUT", { what, withinMs: options.withinMs });
  return found;
}
