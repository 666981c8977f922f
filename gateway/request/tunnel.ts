import {
  type IncomingMessage,
  request as openPlain,
  type RequestOptions,
  type ServerResponse,
} from "node:http";
import { request as openSecure } from "node:https";
import { isIP } from "node:net";
import type { ApiErrorCode } from "../errors.ts";
import type { Authorized, Exchange } from "../exchange/exchange.ts";
import { writeOutgoingHeaders, writeOutgoingPath } from "../exchange/outgoing.ts";
import type { TunnelEnd } from "../exchange/tunnel-end.ts";
import type { Lifecycle } from "../lifecycle.ts";
import { chooseTarget } from "./choose-target.ts";
import { writeInterim } from "./interim.ts";
import { type EndTunnel, join } from "./joined-tunnel.ts";
import { passFields } from "./response-fields.ts";
import { limitTunnel } from "./tunnel-limits.ts";
import { WaitingEnd } from "./waiting-end.ts";

export interface TunnelContext {
  readonly refuse: (exchange: Authorized, code: ApiErrorCode) => void;
  readonly logFailure: (exchange: Authorized, error: Error) => void;
  readonly lifecycle: Lifecycle;
  /** Whether the token of an exchange still authorizes it. @throws RedisUnavailableError */
  readonly isStillAuthorized: (exchange: Authorized) => Promise<boolean>;
  /** The gateway's name in `Via`. */
  readonly pseudonym: string;
}

/** WebSocket only: `h2c` would bypass every check of this gateway. */
export function asksForWebSocket(request: IncomingMessage): boolean {
  return request.method === "GET" && request.httpVersionMinor > 0 && isWebSocket(request);
}

/** RFC 9110 section 7.8: this protocol and no other. */
function isWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === "websocket";
}

/**
 * Asks the upstream for an upgrade to WebSocket (RFC 6455) and then relays bytes both ways. The handshake's fields
 * are forwarded unchanged; any other response is forwarded to the client.
 */
export function openTunnel(exchange: Authorized, client: TunnelEnd, context: TunnelContext): void {
  const route = exchange.route;
  const target = chooseTarget(exchange, context.refuse);
  if (target === undefined) return;
  exchange.upstream = target.origin;
  exchange.attempts++;
  const { host, port, secure, authority } = target.location;
  const headers = writeOutgoingHeaders(exchange, context.pseudonym);
  const path = writeOutgoingPath(exchange);
  exchange.trace?.startAttempt({ upstream: target.origin, path, headers });
  const options: RequestOptions = {
    host,
    port,
    method: "GET",
    path,
    headers: ["host", authority, "connection", "upgrade", "upgrade", "websocket", ...headers],
    setHost: false,
    agent: false,
  };
  const outgoing = secure
    ? openSecure({ ...options, ...(isIP(host) === 0 ? { servername: host } : {}) })
    : openPlain(options);
  let settled = false;
  let end: EndTunnel | undefined;
  const fail = (code: ApiErrorCode, error: Error) => {
    if (settled) return;
    settled = true;
    target.fail();
    exchange.trace?.endAttempt(undefined, code);
    context.logFailure(exchange, error);
    context.refuse(exchange, code);
  };
  const waiting = new WaitingEnd(client);
  const timer = setTimeout(() => {
    fail("DMM_GATEWAY_UPSTREAM_SLOW", new Error("The upstream did not complete the handshake in time."));
    outgoing.destroy();
  }, route.firstByteLimitMs);
  const { wholeLimitMs } = route;
  const tooLong = () => {
    fail("DMM_GATEWAY_UPSTREAM_SLOW", new Error("The route's time was over before the handshake was."));
    if (end === undefined) outgoing.destroy();
    else end(1001);
  };
  const wholeTimer = wholeLimitMs > 0 ? setTimeout(tooLong, wholeLimitMs) : undefined;
  client.socket.once("close", () => {
    clearTimeout(wholeTimer);
    // A client that disconnects reveals nothing about the upstream.
    settled = true;
    outgoing.destroy();
  });
  outgoing.on("error", (error) => fail("DMM_GATEWAY_UPSTREAM_FAILED", error));
  outgoing.on("close", () => clearTimeout(timer));
  outgoing.on("upgrade", (response, socket, head) => {
    if (!isWebSocket(response)) {
      fail("DMM_GATEWAY_UPSTREAM_FAILED", explainSwitch(response));
      socket.destroy();
      return;
    }
    settled = true;
    clearTimeout(timer);
    end = join(exchange, response, {
      client: waiting.release(),
      upstream: { socket, head },
      target,
      lifecycle: context.lifecycle,
    });
    limitTunnel(exchange, { socket: client.socket, end, isAuthorized: context.isStillAuthorized });
  });
  outgoing.on("response", (response) => {
    if (response.statusCode === 101) {
      fail("DMM_GATEWAY_UPSTREAM_FAILED", explainSwitch(response));
      outgoing.destroy();
      return;
    }
    settled = true;
    clearTimeout(timer);
    target.succeed();
    exchange.trace?.endAttempt(response.statusCode);
    outgoing.setTimeout(route.idleLimitMs, () => outgoing.destroy());
    forwardResponse(exchange, response);
  });
  outgoing.on("information", ({ statusCode, ...response }) =>
    writeInterim(exchange.response, { status: statusCode, fields: passFields(response) }),
  );
  // No limit on the number of fields: the header section is bounded in bytes.
  outgoing.maxHeadersCount = 0;
  outgoing.end();
}

function explainSwitch({ headers }: IncomingMessage): Error {
  const protocol = JSON.stringify(headers.upgrade?.slice(0, 100) ?? "");
  return new Error(`The upstream switched to the protocol ${protocol} instead of a WebSocket.`);
}

function forwardResponse(exchange: Exchange, upstream: IncomingMessage): void {
  const response: ServerResponse = exchange.response;
  response.shouldKeepAlive = false;
  response.writeHead(upstream.statusCode!, [...passFields(upstream), "x-request-id", exchange.id]);
  upstream.pipe(response);
  upstream.on("error", () => response.destroy());
}
