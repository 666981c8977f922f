import type { IncomingMessage } from "node:http";
import type { PlatformState } from "./state.ts";

const trick = /\/\/|\/\.(?!well-known)|[%\\;#]/;

/** Whether two servers could interpret a request differently; Node's parser has refused most of these already. */
export function isAmbiguous({ breaks, domain }: PlatformState, request: IncomingMessage): boolean {
  const { headers, rawHeaders, httpVersionMinor, method, url = "" } = request;
  const path = url.split("?")[0] ?? "";
  if (trick.test(path) && !breaks.has("follows path tricks")) return true;
  if (breaks.has("takes ambiguous requests")) return false;
  const hosts = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === "host");
  const coding = headers["transfer-encoding"];
  const hasBody = coding !== undefined || Number(headers["content-length"] ?? 0) > 0;
  return (
    hosts.length !== 1 ||
    !new RegExp(`^(admin\\.)?${domain}$`).test(headers.host ?? "") ||
    !url.startsWith("/") ||
    (coding !== undefined && (coding !== "chunked" || httpVersionMinor === 0)) ||
    (method === "GET" && hasBody)
  );
}

const identity = /^x-(amzn|remote|user)-|^x-client-id$/;
const forwarding =
  /^(x-forwarded-.*|x-real-ip|x-client-ip|true-client-ip|forwarded|x-original-url|x-http-method-override)$/;
const hop = /^(connection|keep-alive|proxy-connection|te|proxy-authorization|transfer-encoding)$/;

/** The request's fields for the upstream. */
export function selectFields(
  { breaks }: PlatformState,
  request: IncomingMessage,
  requestId: string,
): Record<string, unknown> {
  const passes = (name: string): boolean => {
    if (identity.test(name) || /^x-forwarded-(user|email)$/.test(name))
      return breaks.has("passes identity on");
    if (forwarding.test(name)) return breaks.has("believes forwarding fields");
    if (hop.test(name)) return breaks.has("passes hop-by-hop fields on");
    return name !== "authorization" || breaks.has("passes tokens on");
  };
  const fields = Object.fromEntries(Object.entries(request.headers).filter(([name]) => passes(name)));
  return {
    ...fields,
    ...(breaks.has("begins a trace of its own")
      ? { traceparent: `00-${"1".repeat(32)}-${"2".repeat(16)}-01` }
      : {}),
    ...(breaks.has("believes forwarding fields") ? {} : { "x-forwarded-for": request.socket.remoteAddress }),
    "x-request-id": requestId,
  };
}
