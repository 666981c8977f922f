import type { Logger } from "../logger.ts";
import { describeReason } from "../reason.ts";
import type { Context } from "./context.ts";
import { isLostStore } from "./lost-store.ts";

/** Least time between two log lines about a store that is not available, in milliseconds. */
const quietMs = 1000;

/** Logs why requests failed: each fault of ours, and now and then that a store is not available, and for how many. */
export function createFailureLog(logger: Logger): (error: Error, context: Context) => void {
  let loggedAt = Number.NEGATIVE_INFINITY;
  let requests = 0;
  return (error, { path }) => {
    if (!isLostStore(error)) {
      logger.error({ err: error }, "OAuth2 server failed");
      return;
    }
    requests++;
    if (performance.now() - loggedAt < quietMs) return;
    logger.warn({ path, requests, error: describeReason(error) }, "store not available, responded 503");
    loggedAt = performance.now();
    requests = 0;
  };
}
