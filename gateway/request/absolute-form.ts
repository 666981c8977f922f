import type { IncomingMessage } from "node:http";
import { isHost } from "../exchange/host.ts";

const absolute = /^https?:\/\/([^/?#]*)(.*)$/i;

/**
 * Rewrites a target in absolute form into origin form; its authority replaces `Host` (RFC 9112 section 3.2.2). Any
 * other target, or one without exactly one valid `Host` (RFC 9112 section 3.2), is unchanged and refused later.
 */
export function acceptAbsoluteForm(request: IncomingMessage): void {
  const match = absolute.exec(request.url!);
  if (match === null) return;
  const [, authority = "", rest = ""] = match;
  const at = findHost(request.rawHeaders);
  if (at === undefined || !isHost(authority)) return;
  request.rawHeaders[at] = authority;
  request.headers.host = authority;
  request.url = rest === "" && request.method === "OPTIONS" ? "*" : rest.startsWith("/") ? rest : `/${rest}`;
}

/** Position of the only, valid `Host` value. */
function findHost(rawHeaders: readonly string[]): number | undefined {
  let found: number | undefined;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    if (rawHeaders[index]!.toLowerCase() !== "host") continue;
    if (found !== undefined || !isHost(rawHeaders[index + 1]!)) return undefined;
    found = index + 1;
  }
  return found;
}
