import type { errors as OAuth2Errors } from "oidc-provider";
import type { Logger } from "../logger.ts";
import type { Context } from "../login/context.ts";
import { describeReason } from "../reason.ts";
import { isLostStore } from "./store-unavailable.ts";

/** Minimum time between two log lines about an unavailable store, in milliseconds. */
const logMs = 1000;

/**
 * Logs why requests failed: every internal error, and periodically that a store is unavailable, with the number of
 * failed requests.
 */
export function createFailureLog(logger: Logger): (error: Error, context: Context) => void {
  let loggedAt = Number.NEGATIVE_INFINITY;
  let requests = 0;
  return (error, { path, req }) => {
    // The client disconnected or was too slow to send its request: logging this would let clients fill the log.
    if (req.destroyed && !req.complete) return;
    if (!isLostStore(error)) {
      logger.error({ err: error }, "OAuth2 server failed");
      return;
    }
    requests++;
    if (performance.now() - loggedAt < logMs) return;
    logger.warn({ path, requests, error: describeReason(error) }, "store unavailable, responded with 503");
    loggedAt = performance.now();
    requests = 0;
  };
}

/** Logs why a token request was refused: the client gets only the error code (RFC 6749 section 5.2). */
export function createRefusalLog(logger: Logger): (context: Context, error: Error) => void {
  return ({ oidc }, error) => {
    const { error: name, error_detail: detail } = error as Partial<OAuth2Errors.OIDCProviderError>;
    logger.info({ client: oidc?.client?.clientId, error: name, detail }, "token request refused");
  };
}
