import {
  type IncomingMessage,
  request as openPlain,
  type RequestOptions,
  type ServerResponse,
} from "node:http";
import { request as openSecure } from "node:https";
import { isIP } from "node:net";
import type { ApiErrorCode } from "../errors.ts";
import { setsGatewayCookie } from "../headers/gateway-cookies.ts";
import { readNominated, responseRules } from "../headers/header-rules.ts";
import type { Lifecycle } from "../lifecycle.ts";
import type { UpstreamTarget } from "../upstreams/target.ts";
import type { Exchange } from "./exchange.ts";
import { writeInterim } from "./interim.ts";
import { writeOutgoingHeaders, writeOutgoingPath } from "./outgoing.ts";
import type { TunnelEnd } from "./tunnel-end.ts";
import { createGoingAway, FrameBoundary } from "./websocket-frames.ts";

export interface TunnelContext {
  readonly refuse: (exchange: Exchange, code: ApiErrorCode) => void;
  readonly tell: (exchange: Exchange, error: Error) => void;
  readonly lifecycle: Lifecycle;
  /** The gateway's name in `Via`. */
  readonly pseudonym: string;
}

/** How long the other side may still send after one side has ended, in milliseconds. */
const lingerMs = 500;

/** Only WebSocket: `h2c` would lead past everything that this gateway checks. */
export function asksForWebSocket(request: IncomingMessage): boolean {
  return (
    request.method === "GET" &&
    request.httpVersionMinor > 0 &&
    request.headers.upgrade?.toLowerCase() === "websocket"
  );
}

/**
 * Asks the upstream to switch to WebSocket (RFC 6455) and then passes bytes both ways. The handshake's own fields pass
 * as they came; what the upstream answers instead is answered to the client.
 */
export function openTunnel(exchange: Exchange, client: TunnelEnd, context: TunnelContext): void {
  const route = exchange.route!;
  const target = route.choices.choose();
  if (target === undefined) {
    context.refuse(exchange, "DMM_GATEWAY_UPSTREAM_FAILED");
    return;
  }
  if (target.busy) {
    context.refuse(exchange, "DMM_GATEWAY_UPSTREAM_BUSY");
    return;
  }
  exchange.upstream = target.origin;
  exchange.attempts++;
  const { host, port, secure, authority } = target.location;
  const headers = writeOutgoingHeaders(exchange, context.pseudonym);
  exchange.trace?.startAttempt(headers);
  const options: RequestOptions = {
    host,
    port,
    method: "GET",
    path: writeOutgoingPath(exchange),
    headers: ["host", authority, "connection", "upgrade", "upgrade", "websocket", ...headers],
    setHost: false,
    agent: false,
  };
  const outgoing = secure
    ? openSecure({ ...options, ...(isIP(host) === 0 ? { servername: host } : {}) })
    : openPlain(options);
  let settled = false;
  const fail = (code: ApiErrorCode, error: Error) => {
    if (settled) return;
    settled = true;
    target.fail();
    exchange.trace?.endAttempt(undefined, code);
    context.tell(exchange, error);
    context.refuse(exchange, code);
  };
  const waiting = new WaitingEnd(client);
  const timer = setTimeout(() => {
    fail("DMM_GATEWAY_UPSTREAM_SLOW", new Error("The upstream did not answer the handshake in time."));
    outgoing.destroy();
  }, route.firstByteLimitMs);
  client.socket.once("close", () => {
    // Whoever leaves says nothing about the upstream.
    settled = true;
    outgoing.destroy();
  });
  outgoing.on("error", (error) => fail("DMM_GATEWAY_UPSTREAM_FAILED", error));
  outgoing.on("close", () => clearTimeout(timer));
  outgoing.on("upgrade", (answer, socket, head) => {
    settled = true;
    clearTimeout(timer);
    join(exchange, answer, {
      client: waiting.release(),
      upstream: { socket, head },
      target,
      lifecycle: context.lifecycle,
    });
  });
  outgoing.on("response", (answer) => {
    settled = true;
    clearTimeout(timer);
    target.succeed();
    exchange.trace?.endAttempt(answer.statusCode);
    outgoing.setTimeout(route.idleLimitMs, () => outgoing.destroy());
    passAnswer(exchange, answer);
  });
  outgoing.on("information", ({ statusCode, ...answer }) =>
    writeInterim(exchange.response, { status: statusCode, fields: passFields(answer) }),
  );
  // All of the answer's fields or none: the head is bounded in bytes.
  outgoing.maxHeadersCount = 0;
  outgoing.end();
}

/** What a client may send before it knows that its handshake succeeded, in bytes. */
const earlyLimit = 65_536;

/** The client's end while the upstream is asked: it is read, because otherwise nobody would notice that it left. */
class WaitingEnd {
  readonly #end: TunnelEnd;
  readonly #early: Buffer[] = [];
  #bytes = 0;

  constructor(end: TunnelEnd) {
    this.#end = end;
    end.socket.on("data", this.#keep);
    end.socket.on("end", this.#leave);
  }

  /** The end with all that came, not read any more. */
  release(): TunnelEnd {
    const { socket, head } = this.#end;
    socket.pause();
    socket.off("data", this.#keep);
    socket.off("end", this.#leave);
    return { socket, head: Buffer.concat([head, ...this.#early]) };
  }

  readonly #keep = (chunk: Buffer): void => {
    this.#early.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes > earlyLimit) this.#end.socket.pause();
  };

  readonly #leave = (): void => {
    this.#end.socket.destroy();
  };
}

interface Ends {
  readonly client: TunnelEnd;
  readonly upstream: TunnelEnd;
  readonly target: UpstreamTarget;
  readonly lifecycle: Lifecycle;
}

function join(exchange: Exchange, answer: IncomingMessage, ends: Ends): void {
  const { client, upstream, target, lifecycle } = ends;
  target.succeed();
  target.inFlight++;
  const lines = ["HTTP/1.1 101 Switching Protocols", "connection: upgrade", "upgrade: websocket"];
  const headers = [...passFields(answer), "x-request-id", exchange.id];
  for (let index = 0; index < headers.length; index += 2)
    lines.push(`${headers[index]}: ${headers[index + 1]}`);
  exchange.response.statusCode = 101;
  exchange.response.detachSocket(client.socket as never);
  client.socket.write(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
  const closeBoth = () => {
    client.socket.destroy();
    upstream.socket.destroy();
  };
  const goAway = [
    pass({ from: upstream, to: client, masked: false }),
    pass({ from: client, to: upstream, masked: true }),
  ];
  const closeTunnel = lifecycle.openTunnel(() => {
    for (const go of goAway) go();
    setTimeout(closeBoth, lingerMs);
  });
  upstream.socket.once("close", () => {
    target.inFlight--;
    closeBoth();
  });
  client.socket.once("close", () => {
    closeBoth();
    closeTunnel();
    // The answer has no socket any more that could tell its end.
    exchange.response.emit("close");
  });
  for (const end of [client, upstream]) {
    end.socket.on("error", closeBoth);
    // Half a WebSocket is of no use to anybody; what is still on its way may arrive.
    end.socket.once("end", () => setTimeout(closeBoth, lingerMs));
  }
}

/** Passes bytes one way. What it gives back says there that this end goes away, and passes no more. */
function pass({
  from,
  to,
  masked,
}: {
  readonly from: TunnelEnd;
  readonly to: TunnelEnd;
  readonly masked: boolean;
}): () => void {
  const boundary = new FrameBoundary();
  if (from.head.length > 0) {
    boundary.pass(from.head);
    to.socket.write(from.head);
  }
  from.socket.on("data", (chunk: Buffer) => boundary.pass(chunk));
  from.socket.pipe(to.socket);
  return () => {
    from.socket.unpipe(to.socket);
    from.socket.resume();
    // In the middle of a frame it would be taken for a part of it.
    if (boundary.isBetween) to.socket.end(createGoingAway({ masked }));
    else to.socket.end();
  };
}

function passAnswer(exchange: Exchange, answer: IncomingMessage): void {
  const response: ServerResponse = exchange.response;
  response.shouldKeepAlive = false;
  response.writeHead(answer.statusCode!, [...passFields(answer), "x-request-id", exchange.id]);
  answer.pipe(response);
  answer.on("error", () => response.destroy());
}

/** The fields that the client gets of an answer, names and values in turn. */
function passFields({
  rawHeaders,
  headers: { connection },
}: Pick<IncomingMessage, "rawHeaders" | "headers">): string[] {
  const nominated = readNominated(connection ?? "");
  const fields: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!.toLowerCase();
    const value = rawHeaders[index + 1]!;
    if (responseRules.has(name) || nominated.has(name)) continue;
    if (name !== "set-cookie" || !setsGatewayCookie(value)) fields.push(name, value);
  }
  return fields;
}
