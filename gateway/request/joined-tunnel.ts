import type { IncomingMessage } from "node:http";
import type { Exchange } from "../exchange/exchange.ts";
import type { TunnelEnd } from "../exchange/tunnel-end.ts";
import type { Lifecycle } from "../lifecycle.ts";
import type { UpstreamTarget } from "../upstreams/target.ts";
import { passFields } from "./response-fields.ts";
import { type CloseStatus, createClose, FrameBoundary } from "./websocket-frames.ts";

/** How long one side may continue to send after the other has ended, in milliseconds. */
const lingerMs = 500;

/** The two sides of a WebSocket tunnel. */
export interface Ends {
  readonly client: TunnelEnd;
  readonly upstream: TunnelEnd;
  readonly target: UpstreamTarget;
  readonly lifecycle: Lifecycle;
}

/** Ends a tunnel with a reason for both sides. */
export type EndTunnel = (status: CloseStatus) => void;

/**
 * Sends the client the upstream's 101 and relays bytes both ways from then on. Returns the function that ends the
 * tunnel.
 */
export function join(exchange: Exchange, response: IncomingMessage, ends: Ends): EndTunnel {
  const { client, upstream, target, lifecycle } = ends;
  target.succeed();
  const lines = ["HTTP/1.1 101 Switching Protocols", "connection: upgrade", "upgrade: websocket"];
  const headers = [...passFields(response), "x-request-id", exchange.id];
  for (let index = 0; index < headers.length; index += 2)
    lines.push(`${headers[index]}: ${headers[index + 1]}`);
  exchange.response.statusCode = 101;
  exchange.response.detachSocket(client.socket);
  client.socket.write(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
  const closeBoth = () => {
    client.socket.destroy();
    upstream.socket.destroy();
  };
  const close = [
    pass({ from: upstream, to: client, masked: false }),
    pass({ from: client, to: upstream, masked: true }),
  ];
  let ending = false;
  const end = (status: CloseStatus) => {
    if (ending) return;
    ending = true;
    for (const closeOne of close) closeOne(status);
    setTimeout(closeBoth, lingerMs);
  };
  const closeTunnel = lifecycle.openTunnel(() => end(1001));
  upstream.socket.once("close", closeBoth);
  client.socket.once("close", () => {
    closeBoth();
    closeTunnel();
    // The response no longer has a socket that would report its end.
    exchange.response.emit("close");
  });
  for (const { socket } of [client, upstream]) {
    socket.on("error", closeBoth);
    // A half-open WebSocket is useless; data in flight may still arrive.
    socket.once("end", () => setTimeout(closeBoth, lingerMs));
  }
  return end;
}

/** Relays bytes one way. Returns a function that sends a close status and stops relaying. */
function pass({
  from,
  to,
  masked,
}: {
  readonly from: TunnelEnd;
  readonly to: TunnelEnd;
  readonly masked: boolean;
}): EndTunnel {
  const boundary = new FrameBoundary();
  if (from.head.length > 0) {
    boundary.pass(from.head);
    to.socket.write(from.head);
  }
  from.socket.on("data", (chunk: Buffer) => boundary.pass(chunk));
  from.socket.pipe(to.socket);
  return (status) => {
    from.socket.unpipe(to.socket);
    from.socket.resume();
    // Within a frame it would be read as part of it.
    if (boundary.isBetween) to.socket.end(createClose(status, { masked }));
    else to.socket.end();
  };
}
