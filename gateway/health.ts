import type { IncomingMessage, ServerResponse } from "node:http";
import type { State } from "./lifecycle.ts";
import { boundRest } from "./request/linger.ts";

export interface Health {
  readonly state: State;
  /** Version of the configuration that is served; 0 before the first. */
  readonly version: number;
  /** What the start waits for: `database`, `cache`, `signing keys`. */
  readonly waitsFor?: readonly string[];
}

/** Health endpoints for the balancer only; `true` when the request was for one of them. */
export function serveHealth(request: IncomingMessage, response: ServerResponse, read: () => Health): boolean {
  const url = request.url ?? "";
  if (!url.startsWith("/health/")) return false;
  boundRest(response);
  const health = describe(read());
  // Live means that the process responds at all: a draining one must not be killed.
  if (url === "/health/live") return respond(response, 200, health);
  if (url === "/health/ready") return respond(response, health.state === "serving" ? 200 : 503, health);
  return respond(response, 404, undefined);
}

/** Lists what the start waits for, if anything. */
function describe({ state, version, waitsFor = [] }: Health): Health {
  return { state, version, ...(state === "starting" && waitsFor.length > 0 ? { waitsFor } : {}) };
}

function respond(response: ServerResponse, status: number, health: Health | undefined): true {
  const body = health === undefined ? "{}" : JSON.stringify(health);
  response.writeHead(status, [
    "content-type",
    "application/json",
    "cache-control",
    "no-store",
    "content-length",
    String(body.length),
  ]);
  response.end(body);
  return true;
}
