import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer as createPlainServer } from "node:http";
import { createServer, type ServerOptions } from "node:https";
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { Authority } from "./authority.ts";
import { serveRequest } from "./gateway.ts";
import { refuse } from "./refuse.ts";
import type { PlatformState } from "./state.ts";

export interface Ingress {
  readonly port: number;
  readonly plainPort: number;
  readonly servers: readonly Server[];
}

/** Networks of the insiders. */
const insiders = "127.0.0.1";

/** The stand-in's load balancer: TLS, client certificates, networks, and plain HTTP that only redirects. */
export async function openIngress(
  state: PlatformState,
  host: string,
  authorities: { readonly server: Authority; readonly insiders: Authority },
): Promise<Ingress> {
  const { breaks, domain } = state;
  const notAfter = new Date(Date.now() + 3_600_000);
  const identity = await authorities.server.issue({
    subject: domain,
    notAfter,
    names: [domain, `admin.${domain}`],
  });
  const respond = (request: IncomingMessage, response: ServerResponse): void => {
    const serial = (request.socket as TLSSocket).getPeerCertificate?.()?.serialNumber;
    const revoked = serial !== undefined && state.revokedSerials.has(serial);
    const forgives =
      breaks.has("ignores revocation") || breaks.has("serves revoked grants on open connections");
    if (breaks.has("turns insiders away")) refuse(response, 403);
    else if (revoked && !forgives) request.socket.destroy();
    else serveRequest(state, request, response);
  };
  const options: ServerOptions = {
    cert: identity.certificate,
    key: identity.key,
    ca: authorities.insiders.certificate,
    requestCert: true,
    // Evaluated below, one reason at a time, so that each can be broken separately.
    rejectUnauthorized: false,
    insecureHTTPParser: breaks.has("lets a request hide in another"),
  };
  const secure = createServer(options, respond);
  secure.on("secureConnection", (socket: TLSSocket) => {
    if (!mayEnter(state, socket)) socket.destroy();
  });
  secure.on("connection", (socket: Socket) => {
    if (socket.remoteAddress !== insiders && !breaks.has("serves every network")) socket.destroy();
  });
  const plain = createPlainServer((request, response) => {
    if (breaks.has("serves plain http")) serveRequest(state, request, response);
    else response.writeHead(301, { location: `https://${domain}${request.url}` }).end();
  });
  const front = breaks.has("serves plain http on the secure port") ? createBothWays(secure, plain) : secure;
  return { port: await listen(front, host), plainPort: await listen(plain, host), servers: [front, plain] };
}

const tlsHandshake = 0x16;

/** A port that accepts both TLS and plain HTTP, distinguished by the first byte. */
function createBothWays(secure: Server, plain: Server): Server {
  return createTcpServer((socket) => {
    socket.once("data", (bytes) => {
      socket.pause();
      socket.unshift(bytes);
      const server = bytes[0] === tlsHandshake ? secure : plain;
      server.emit("connection", socket);
      if (server === plain) socket.resume();
    });
  });
}

function mayEnter(state: PlatformState, socket: TLSSocket): boolean {
  const { breaks } = state;
  const certificate = socket.getPeerCertificate();
  if (Object.keys(certificate).length === 0) return breaks.has("needs no certificate");
  if (state.revokedSerials.has(certificate.serialNumber) && !breaks.has("ignores revocation")) return false;
  if (socket.authorized) return true;
  const reason = String(socket.authorizationError);
  return reason === "CERT_HAS_EXPIRED" ? breaks.has("ignores expiry") : breaks.has("trusts any authority");
}

export function listen(server: Server, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, host, () => resolve((server.address() as AddressInfo).port));
  });
}
