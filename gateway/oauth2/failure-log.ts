import type { errors as OAuth2Errors } from "oidc-provider";
import type { Logger } from "../logger.ts";
import type { Context } from "../login/context.ts";
import { describeReason } from "../reason.ts";
import { isLostStore } from "./lost-store.ts";

/** Least time between two log lines about a store that is not available, in milliseconds. */
const quietMs = 1000;

/** Logs why requests failed: each fault of ours, and now and then that a store is not available, and for how many. */
export function createFailureLog(logger: Logger): (error: Error, context: Context) => void {
  let loggedAt = Number.NEGATIVE_INFINITY;
  let requests = 0;
  return (error, { path, req }) => {
    // The client left, or took too long, before its request was whole: whoever wants to could fill the log.
    if (req.destroyed && !req.complete) return;
    if (!isLostStore(error)) {
      logger.error({ err: error }, "OAuth2 server failed");
      return;
    }
    requests++;
    if (performance.now() - loggedAt < quietMs) return;
    logger.warn({ path, requests, error: describeReason(error) }, "store unavailable, responded with 503");
    loggedAt = performance.now();
    requests = 0;
  };
}

/** Logs why a token request was refused: the client gets the error's name only (RFC 6749 5.2). */
export function createRefusalLog(logger: Logger): (context: Context, error: Error) => void {
  return ({ oidc }, error) => {
    const { error: name, error_detail: detail } = error as Partial<OAuth2Errors.OIDCProviderError>;
    logger.info({ client: oidc?.client?.clientId, error: name, detail }, "token request refused");
  };
}
