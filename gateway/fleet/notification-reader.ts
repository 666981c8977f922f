import type { IncomingMessage, ServerResponse } from "node:http";
import { sendError } from "../request/error-response.ts";
import { isAuthentic } from "./notification.ts";

const longestBody = 1024;
/** The admin site does not wait longer for an answer, in milliseconds. */
const longestMs = 2000;

/** Written by balancers and proxies: whoever came through one is not the admin site. */
const proxied = ["x-forwarded-for", "x-forwarded-proto", "x-amzn-trace-id", "forwarded", "via"] as const;

/** The body of an authentic notice of the admin site. @throws Error when the client leaves, or does not send it in time */
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

/** Whoever else asks is told that there is no such resource, whatever was wrong. */
export function refuseNotification(request: IncomingMessage, response: ServerResponse, realm: string): void {
  // What is left of its body is nobody's.
  if (!request.complete) response.shouldKeepAlive = false;
  sendError(response, "DMM_GATEWAY_ROUTE_UNKNOWN", { requestId: "-", realm });
}
