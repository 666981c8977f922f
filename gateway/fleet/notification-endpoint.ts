import type { IncomingMessage, ServerResponse } from "node:http";
import type { ConfigurationWatch } from "../configuration/watch.ts";
import type { Siblings } from "../siblings.ts";
import { type Acknowledgement, noticePath } from "./notification.ts";
import { readNotice, refuseNotice } from "./notification-reader.ts";

/** Less than the sender's patience, in milliseconds. */
const answerWithinMs = 800;

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
      const lowest = await reachEverywhere(parts, version);
      acknowledge(response, parts, lowest);
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

/**
 * Loads a version in all workers, for as long as the sender has patience: whoever cannot reach the database says so in
 * time.
 *
 * @returns the lowest version that one of them serves
 */
async function reachEverywhere({ watch, siblings }: NoticeEndpointParts, version: number): Promise<number> {
  let others = 0;
  const spread = siblings.spread(version).then((lowest) => {
    others = lowest;
  });
  const limit = new Promise((resolve) => setTimeout(resolve, answerWithinMs).unref());
  await Promise.race([Promise.all([watch.reach(version), spread]), limit]);
  return Math.min(watch.current.version, others);
}

function acknowledge(
  response: ServerResponse,
  { instance, readState, watch }: NoticeEndpointParts,
  version: number,
): void {
  const { refusal: refused, unread } = watch;
  const answer: Acknowledgement = {
    instance,
    state: readState(),
    version,
    ...(refused === undefined ? {} : { refused }),
    ...(unread === undefined ? {} : { unread }),
  };
  const body = JSON.stringify(answer);
  response.writeHead(200, {
    "content-type": "application/json",
    "cache-control": "no-store",
    "content-length": Buffer.byteLength(body),
  });
  response.end(body);
}
