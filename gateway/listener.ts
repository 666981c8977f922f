import { createServer, type RequestListener, type Server } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type ApiErrorCode, describeApiError } from "./errors.ts";
import { asksForWebSocket } from "./request/tunnel.ts";

/**
 * An HTTP/1.1 server whose limits fit behind a balancer.
 *
 * The balancer keeps idle connections for 60 s: ours must live longer, or it sends a request into a connection that is
 * being closed and its client sees a 502.
 */
export function createListener(listener: RequestListener): Server {
  const server = createServer(
    {
      keepAlive: true,
      keepAliveTimeout: 75_000,
      headersTimeout: 10_000,
      // Uploads may stream for longer than any fixed time; a stalled one is cut by the request path.
      requestTimeout: 0,
      connectionsCheckingInterval: 2000,
      maxHeaderSize: 16_384,
      noDelay: true,
      // A missing Host is refused with our own answer.
      requireHostHeader: false,
      joinDuplicateHeaders: false,
      insecureHTTPParser: false,
      shouldUpgradeCallback: asksForWebSocket,
    },
    listener,
  );
  server.on("clientError", answerParserError);
  server.on("checkExpectation", listener);
  return server;
}

const parserErrors: Readonly<Record<string, ApiErrorCode>> = {
  HPE_HEADER_OVERFLOW: "DMM_GATEWAY_HEADERS_TOO_LARGE",
  ERR_HTTP_REQUEST_TIMEOUT: "DMM_GATEWAY_REQUEST_SLOW",
};

/** What the parser refuses never becomes a request: it is answered on the socket itself. */
function answerParserError(error: Error & { code?: string }, socket: Duplex): void {
  // A connection that never carried a byte is closed without a word: a balancer would take it for its next answer.
  const unused = (socket as Socket).bytesRead === 0;
  if (error.code === "ECONNRESET" || unused || !socket.writable) {
    socket.destroy();
    return;
  }
  const code = parserErrors[error.code ?? ""] ?? "DMM_GATEWAY_REQUEST_MALFORMED";
  const { status, title } = describeApiError(code);
  const body = JSON.stringify({ type: `urn:dmm-env:error:${code}`, title, status, code });
  const head = `HTTP/1.1 ${status} Refused\r\nContent-Type: application/problem+json\r\n`;
  socket.end(`${head}Content-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`);
}

/** Resolves once the port is bound. */
export async function listen(
  server: Server,
  at: { host: string; port: number; shared: boolean },
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: at.host, port: at.port, reusePort: at.shared, backlog: 1024 }, () => {
      server.removeListener("error", reject);
      resolve();
    });
  });
}
