import { createServer, type Server } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import type { Identity } from "./authority.ts";
import type { PlatformState } from "./state.ts";

/** MySQL error 1130, "Host is not allowed to connect": an error packet instead of the greeting. */
const notAllowed = packet(
  Buffer.concat([Buffer.from([0xff, 0x6a, 0x04]), Buffer.from("Host is not allowed to connect")]),
);
const greeting = packet(
  Buffer.concat([Buffer.from([0x0a]), Buffer.from("11.8.2-MariaDB\0"), Buffer.alloc(40)]),
);

export function createDatabase(state: PlatformState): Server {
  return createServer((socket) => {
    socket.on("error", () => {});
    socket.end(state.breaks.has("lets the database greet unauthenticated clients") ? greeting : notAllowed);
  });
}

export function createCache(state: PlatformState, identity: Identity): Server {
  const response = state.breaks.has("lets the cache serve unauthenticated clients")
    ? "+PONG\r\n"
    : "-NOAUTH Authentication required.\r\n";
  const server = createTlsServer({ cert: identity.certificate, key: identity.key }, (socket) => {
    socket.on("error", () => {});
    socket.on("data", () => socket.write(response));
  });
  server.on("tlsClientError", (_error, socket) => socket.destroy());
  return server;
}

function packet(payload: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUIntLE(payload.length, 0, 3);
  return Buffer.concat([head, payload]);
}
