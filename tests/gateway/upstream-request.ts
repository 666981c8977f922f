import type { UpstreamRequest } from "../../gateway/upstreams/connection.ts";
import type { ResponseHead } from "../../gateway/upstreams/response-head.ts";
import type { UpstreamTarget } from "../../gateway/upstreams/target.ts";

export interface UpstreamResponse {
  readonly status: number;
  readonly body: string;
}

/** Sends a request without content to a target, and collects its response. */
export function askUpstream(
  target: UpstreamTarget,
  { path = "/", method = "GET", connectLimitMs = 2000 } = {},
): Promise<UpstreamResponse> {
  return new Promise((resolve, reject) => {
    let status = 0;
    let body = "";
    const request: UpstreamRequest = {
      head: `${method} ${path} HTTP/1.1\r\nhost: ${target.location.authority}\r\n\r\n`,
      toHead: method === "HEAD",
      content: undefined,
      onSent: () => {},
      onInterim: () => {},
      onWhole: (head: ResponseHead, text) => resolve({ status: head.status, body: text }),
      onHead: (head: ResponseHead) => {
        status = head.status;
      },
      onData: (chunk) => {
        body += chunk.toString("latin1");
      },
      onEnd: () => resolve({ status, body }),
      onFailure: reject,
    };
    target.send(request, connectLimitMs);
  });
}
