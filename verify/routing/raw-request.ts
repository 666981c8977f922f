import type { CheckContext } from "../check.ts";

export const route = "/verify/echo";

/** A request as bytes, with lines that no client would write. */
export function renderRequest(
  context: CheckContext,
  request: {
    readonly method?: string;
    readonly target?: string;
    readonly version?: string;
    readonly token: string;
    /** Null: no Host field. */
    readonly host?: string | null;
    readonly lines?: readonly string[];
    readonly body?: string;
  },
): string {
  const { method = "GET", target = route, version = "HTTP/1.1", host = context.ingress.host } = request;
  const lines = [
    `${method} ${target} ${version}`,
    ...(host === null ? [] : [`Host: ${host}`]),
    `Authorization: Bearer ${request.token}`,
    ...(request.lines ?? []),
  ];
  return `${lines.join("\r\n")}\r\n\r\n${request.body ?? ""}`;
}
