import type { ApiErrorCode } from "../errors.ts";
import type { Exchange } from "../exchange/exchange.ts";
import { sendError } from "./error-response.ts";
import type { Refusal } from "./step.ts";

/** Sends an error of the catalogue, unless the response has begun. */
export function refuse(exchange: Exchange, { code, ...details }: Refusal, realm: string): void {
  const { response, request, head, route } = exchange;
  exchange.error = code;
  if (response.destroyed || response.headersSent) return;
  // The rest of this body is not read: the connection cannot carry another request.
  const unread = head.hasBody && !request.complete;
  if (unread) response.shouldKeepAlive = false;
  sendError(response, code, {
    arriving: unread && isSending(exchange, code),
    requestId: exchange.id,
    realm,
    fields: exchange.shared,
    ...(route !== undefined && code === "DMM_GATEWAY_SCOPE_INSUFFICIENT" ? { scopes: route.scopes } : {}),
    ...details,
  });
}

/**
 * Whether more body data will arrive that can be dropped: not if the client has stopped or waits for 100 Continue.
 */
function isSending({ head, attempts }: Exchange, code: ApiErrorCode): boolean {
  // If the framing cannot be trusted, nothing more is read.
  if (head.refusal !== undefined || code === "DMM_GATEWAY_REQUEST_SLOW") return false;
  return !head.expectsContinue || attempts > 0;
}
