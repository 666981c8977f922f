import { setTimeout as delay } from "node:timers/promises";
import { MachineError } from "./errors.ts";

/** Time limit and polling interval of a wait, both in milliseconds. */
export interface WaitOptions {
  /** `Infinity` disables the time limit. */
  readonly withinMs: number;
  readonly everyMs: number;
  /** Ends the wait; its reason is thrown. */
  readonly signal?: AbortSignal | undefined;
}

type Finding<Found> = Found | false | undefined;

/**
 * Polls a condition until it returns something other than false or undefined, and returns that; undefined on
 * timeout. The condition is checked at least once, and once more at the timeout. Throws what the condition throws.
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

/** Like {@link pollUntil}, but throws DMM_MACHINE_WAIT_TIMEOUT, which names `what`, on timeout. */
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
