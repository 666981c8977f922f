import { setTimeout as delay } from "node:timers/promises";
import { waitUntil } from "../client/wait.ts";
import type { Profile } from "../profiles.ts";
import type { RunningLoad } from "./generator.ts";

/** On a busy machine the first connections take longer than the required steady state. */
const firstResponseLimitMs = 10_000;

/** Waits until undisturbed load of the profile's length was served. Throws DMM_VERIFY_TIME_OVER. */
export async function waitForSteadyLoad(
  load: RunningLoad,
  { steadyMs }: Profile,
  signal: AbortSignal,
): Promise<void> {
  await delay(steadyMs, undefined, { signal });
  await waitUntil("a response under load", () => load.responses.length > 0, {
    withinMs: firstResponseLimitMs,
    everyMs: 50,
    signal,
  });
}
