import type { IncomingMessage, ServerResponse } from "node:http";
import type { Siblings } from "../siblings.ts";
import { type Acknowledgement, noticePath } from "./notice.ts";
import { readNotice, refuseNotice } from "./notice-reader.ts";
import type { ConfigurationWatch } from "./watch.ts";

export interface NoticeEndpointParts {
  readonly key: Buffer;
  readonly instance: string;
  readonly realm: string;
  readonly readState: () => string;
  readonly watch: ConfigurationWatch;
  readonly siblings: Siblings;
}

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
  readVersion(request, parts.key).then(
    async (version) => {
      if (version === undefined) return refuseNotice(request, response, parts.realm);
      await Promise.all([parts.watch.reach(version), parts.siblings.spread(version)]);
      acknowledge(response, parts);
    },
    () => response.destroy(),
  );
  return true;
}

/** The version of an authentic notice. */
async function readVersion(request: IncomingMessage, key: Buffer): Promise<number | undefined> {
  const body = await readNotice(request, { key, path: noticePath });
  if (body === undefined) return undefined;
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
