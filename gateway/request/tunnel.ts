import {
  type IncomingMessage,
  type InformationEvent,
  request as openPlain,
  type RequestOptions,
  type ServerResponse,
} from "node:http";
import { request as openSecure } from "node:https";
import { isIP, type Socket } from "node:net";
import type { ApiErrorCode } from "../errors.ts";
import type { Authorized, Exchange } from "../exchange/exchange.ts";
import { writeOutgoingHeaders, writeOutgoingPath } from "../exchange/outgoing.ts";
import type { TunnelEnd } from "../exchange/tunnel-end.ts";
import type { Lifecycle } from "../lifecycle.ts";
import { interimLimit } from "../upstreams/response-reader.ts";
import { chooseTarget } from "./choose-target.ts";
import { shareResponse } from "./cross-origin.ts";
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
  target.inFlight++;
  let counts = true;
  const uncount = () => {
    if (counts) target.inFlight--;
    counts = false;
  };
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
  /** An exception in a listener would end the process; whatever caused it came from the upstream. */
  const guard =
    <Arguments extends readonly unknown[]>(listener: (...received: Arguments) => void) =>
    (...received: Arguments): void => {
      // What had arrived together with the cause of a failure.
      if (settled) return;
      try {
        listener(...received);
      } catch (error) {
        fail("DMM_GATEWAY_UPSTREAM_FAILED", error as Error);
        outgoing.destroy();
        // Without its socket the response cannot report the failure.
        if (exchange.response.socket === null) client.socket.destroy();
      }
    };
  const waiting = new WaitingEnd(client);
  const failAfter = (limitMs: number, problem: string) =>
    setTimeout(() => {
      fail("DMM_GATEWAY_UPSTREAM_SLOW", new Error(problem));
      outgoing.destroy();
    }, limitMs);
  const timer = failAfter(route.firstByteLimitMs, "The upstream did not complete the handshake in time.");
  const { connectLimitMs } = route.upstream;
  const connectTimer = failAfter(connectLimitMs, `No connection within ${connectLimitMs} ms.`);
  outgoing.once("socket", (socket) =>
    socket.once(secure ? "secureConnect" : "connect", () => clearTimeout(connectTimer)),
  );
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
  outgoing.on("close", () => {
    clearTimeout(connectTimer);
    clearTimeout(timer);
    // After an upgrade the request is over, but its connection is not.
    if (end === undefined) uncount();
  });
  const onUpgrade = (response: IncomingMessage, socket: Socket, head: Buffer) => {
    if (!isWebSocket(response)) {
      socket.destroy();
      throw explainSwitch(response);
    }
    end = join(exchange, response, {
      client: waiting.release(),
      upstream: { socket, head },
      target,
      lifecycle: context.lifecycle,
    });
    socket.once("close", uncount);
    settled = true;
    clearTimeout(timer);
    limitTunnel(exchange, { socket: client.socket, end, isAuthorized: context.isStillAuthorized });
  };
  const onResponse = (response: IncomingMessage) => {
    const status = response.statusCode!;
    if (status === 101) throw explainSwitch(response);
    if (status < 200) throw new Error(`The upstream responded with the invalid status ${status}.`);
    forwardResponse(exchange, response);
    settled = true;
    clearTimeout(timer);
    target.succeed();
    exchange.trace?.endAttempt(status);
    outgoing.setTimeout(route.idleLimitMs, () => outgoing.destroy());
  };
  let interims = 0;
  const onInformation = ({ statusCode, ...response }: InformationEvent) => {
    if (++interims > interimLimit)
      throw new Error(`The upstream sent more than ${interimLimit} interim responses.`);
    writeInterim(exchange.response, { status: statusCode, fields: passFields(response) });
  };
  outgoing.on("upgrade", guard(onUpgrade));
  outgoing.on("response", guard(onResponse));
  outgoing.on("information", guard(onInformation));
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
  const fields = passFields(upstream);
  if (exchange.shared.length > 0) shareResponse(fields, exchange.shared);
  response.writeHead(upstream.statusCode!, [...fields, "x-request-id", exchange.id]);
  upstream.on("data", (chunk: Buffer) => {
    exchange.sentBytes += chunk.length;
  });
  upstream.pipe(response);
  upstream.on("error", () => response.destroy());
}
