import type { PlatformConfig } from "./config/config.ts";

/** After its drain time a gateway ends its tunnels and closes each of its stores, for up to a second each. */
const closingSeconds = 10;

/** Seconds from SIGTERM to SIGKILL: the time limit for requests in flight, and then what the process needs to close. */
export function stopTimeout({ drainSeconds }: Pick<PlatformConfig, "drainSeconds">): number {
  return drainSeconds + closingSeconds;
}
