import type { IncomingMessage, ServerResponse } from "node:http";
import { sendError } from "../request/error-response.ts";
import { isAuthentic } from "./notification.ts";

const longestBody = 1024;
/** The admin site does not wait longer for a response, in milliseconds. */
const longestMs = 2000;

/** Set by balancers and proxies: a request through one is not from the admin site. */
const proxied = ["x-forwarded-for", "x-forwarded-proto", "x-amzn-trace-id", "forwarded", "via"] as const;

/**
 * The body of an authentic notification from the admin site. @throws Error when the client disconnects or is too
 * slow
 */
export async function readNotification(
  request: IncomingMessage,
  { key, path }: { readonly key: Buffer; readonly path: string },
): Promise<string | undefined> {
  const { headers } = request;
  const signature = headers["x-dmm-signature"];
  const sentAt = Number(headers["x-dmm-sent-at"]);
  if (request.method !== "POST" || typeof signature !== "string") return undefined;
  if (proxied.some((name) => headers[name] !== undefined)) return undefined;
  const timer = setTimeout(() => request.destroy(), longestMs);
  let body = "";
  try {
    for await (const chunk of request.setEncoding("utf8")) {
      body += chunk;
      if (body.length > longestBody) return undefined;
    }
  } finally {
    clearTimeout(timer);
  }
  const notification = { authority: headers.host ?? "", path, sentAt, body };
  return isAuthentic(key, notification, signature) ? body : undefined;
}

/** Any other client gets a 404, whatever the reason. */
export function refuseNotification(request: IncomingMessage, response: ServerResponse, realm: string): void {
  // The rest of the body is discarded.
  if (!request.complete) response.shouldKeepAlive = false;
  sendError(response, "DMM_GATEWAY_ROUTE_UNKNOWN", { requestId: "-", realm });
}
