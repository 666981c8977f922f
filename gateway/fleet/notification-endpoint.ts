import type { IncomingMessage, ServerResponse } from "node:http";
import type { ConfigurationWatch } from "../configuration/watch.ts";
import type { Siblings } from "../workers/siblings.ts";
import { type Acknowledgement, notificationPath } from "./notification.ts";
import { readNotification, refuseNotification } from "./notification-reader.ts";

/** Shorter than the sender's time limit, in milliseconds. */
const responseLimitMs = 800;

export interface NotificationEndpointParts {
  readonly key: Buffer;
  readonly instance: string;
  readonly realm: string;
  readonly readState: () => string;
  readonly watch: ConfigurationWatch;
  readonly siblings: Siblings;
}

/**
 * Receives "version N exists" from the admin site, loads it, and acknowledges the version that is served then. Any
 * other client gets a 404, whatever the reason.
 *
 * @returns whether the request was for this endpoint
 */
export function serveNotification(
  request: IncomingMessage,
  response: ServerResponse,
  parts: NotificationEndpointParts,
): boolean {
  if (request.url !== notificationPath) return false;
  readVersion(request, parts.key).then(
    async (version) => {
      if (version === undefined) return refuseNotification(request, response, parts.realm);
      const lowest = await reachEverywhere(parts, version);
      acknowledge(response, parts, lowest);
    },
    () => response.destroy(),
  );
  return true;
}

/** The version in an authentic notification. */
async function readVersion(request: IncomingMessage, key: Buffer): Promise<number | undefined> {
  const body = await readNotification(request, { key, path: notificationPath });
  if (body === undefined) return undefined;
  const { version } = JSON.parse(body) as { version?: unknown };
  return typeof version === "number" ? version : undefined;
}

/**
 * Loads a version in all workers, within the sender's time limit: a worker that cannot reach the database reports
 * that in time.
 *
 * @returns the lowest version that a worker serves
 */
async function reachEverywhere(
  { watch, siblings }: NotificationEndpointParts,
  version: number,
): Promise<number> {
  let others = 0;
  const spread = siblings.spread(version).then((lowest) => {
    others = lowest;
  });
  const limit = new Promise((resolve) => setTimeout(resolve, responseLimitMs).unref());
  await Promise.race([Promise.all([watch.reach(version), spread]), limit]);
  return Math.min(watch.current.version, others);
}

function acknowledge(
  response: ServerResponse,
  { instance, readState, watch }: NotificationEndpointParts,
  version: number,
): void {
  const { refusal: refused, unread } = watch;
  const acknowledgement: Acknowledgement = {
    instance,
    state: readState(),
    version,
    ...(refused === undefined ? {} : { refused }),
    ...(unread === undefined ? {} : { unread }),
  };
  const body = JSON.stringify(acknowledgement);
  response.writeHead(200, {
    "content-type": "application/json",
    "cache-control": "no-store",
    "content-length": Buffer.byteLength(body),
  });
  response.end(body);
}
