import type { IncomingMessage, ServerResponse } from "node:http";
import { answerError } from "../request/answer.ts";
import type { Siblings } from "../siblings.ts";
import { type Acknowledgement, isAuthentic, noticePath } from "./notice.ts";
import type { ConfigurationWatch } from "./watch.ts";

const longestBody = 1024;

export interface NoticeEndpointParts {
  readonly key: Buffer;
  readonly instance: string;
  readonly realm: string;
  readonly readState: () => string;
  readonly watch: ConfigurationWatch;
  readonly siblings: Siblings;
}

/** Written by balancers and proxies: whoever came through one is not the admin site. */
const proxied = ["x-forwarded-for", "x-forwarded-proto", "x-amzn-trace-id", "forwarded", "via"] as const;

/**
 * Takes "version N exists" from the admin site, loads it, and acknowledges what is served then. Anybody else is told
 * that there is no such resource, whatever was wrong.
 *
 * @returns whether the request was for this endpoint
 */
export function answerNotice(
  request: IncomingMessage,
  response: ServerResponse,
  parts: NoticeEndpointParts,
): boolean {
  if (request.url !== noticePath) return false;
  readNotice(request, parts.key).then(
    async (version) => {
      if (version === undefined) return refuse(request, response, parts.realm);
      await Promise.all([parts.watch.reach(version), parts.siblings.spread(version)]);
      acknowledge(response, parts);
    },
    () => response.destroy(),
  );
  return true;
}

/** The version of an authentic notice. */
async function readNotice(request: IncomingMessage, key: Buffer): Promise<number | undefined> {
  const { headers } = request;
  const signature = headers["x-dmm-signature"];
  const sentAt = Number(headers["x-dmm-sent-at"]);
  if (request.method !== "POST" || typeof signature !== "string") return undefined;
  if (proxied.some((name) => headers[name] !== undefined)) return undefined;
  let body = "";
  for await (const chunk of request.setEncoding("utf8")) {
    body += chunk;
    if (body.length > longestBody) return undefined;
  }
  if (!isAuthentic(key, { authority: headers.host ?? "", sentAt, body }, signature)) return undefined;
  const { version } = JSON.parse(body) as { version?: unknown };
  return typeof version === "number" ? version : undefined;
}

function acknowledge(response: ServerResponse, { instance, readState, watch }: NoticeEndpointParts): void {
  const refused = watch.refusal;
  const answer: Acknowledgement = {
    instance,
    state: readState(),
    version: watch.current.version,
    ...(refused === undefined ? {} : { refused }),
  };
  const body = JSON.stringify(answer);
  response.writeHead(200, {
    "content-type": "application/json",
    "cache-control": "no-store",
    "content-length": Buffer.byteLength(body),
  });
  response.end(body);
}

function refuse(request: IncomingMessage, response: ServerResponse, realm: string): void {
  // What is left of its body is nobody's.
  if (!request.complete) response.shouldKeepAlive = false;
  answerError(response, "DMM_GATEWAY_ROUTE_UNKNOWN", { requestId: "-", realm });
}
