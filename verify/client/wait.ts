import { setTimeout as delay } from "node:timers/promises";
import { VerifyError } from "../errors.ts";

export interface WaitOptions {
  readonly withinMs: number;
  readonly everyMs: number;
  readonly signal: AbortSignal;
}

/**
 * Polls until the condition returns something other than false or undefined, and returns that. Throws
 * DMM_VERIFY_TIME_OVER after `withinMs`, DMM_VERIFY_INTERRUPTED when the signal fires.
 */
export async function waitUntil<Found>(
  what: string,
  check: () => Found | false | undefined | Promise<Found | false | undefined>,
  options: WaitOptions,
): Promise<Found> {
  const deadline = performance.now() + options.withinMs;
  for (;;) {
    if (options.signal.aborted) throw new VerifyError("DMM_VERIFY_INTERRUPTED");
    const found = await check();
    if (found !== false && found !== undefined) return found;
    if (performance.now() >= deadline)
      throw new VerifyError("DMM_VERIFY_TIME_OVER", { what, afterMs: options.withinMs });
    await delay(options.everyMs);
  }
}
