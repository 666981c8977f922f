import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import type { Duplex } from "node:stream";
import type { ApiErrorCode } from "./errors.ts";
import { respondToParserError } from "./parser-errors.ts";
import { acceptAbsoluteForm } from "./request/absolute-form.ts";
import { sendError } from "./request/error-response.ts";
import { boundRest } from "./request/linger.ts";
import { findPendingResponse, queueResponses } from "./request/pipelining.ts";
import { respondOnSocket } from "./request/socket-response.ts";
import { asksForWebSocket } from "./request/tunnel.ts";

/** Maximum number of header fields; documented in `docs/errors/gateway.md`. */
const mostFields = 200;
/**
 * Characters of target, names and values that the parser accepts; the request path allows less of each
 * (`head.ts`).
 */
const longestHead = 49_152;
/** Connections beyond the limit that still get an error response. */
const mostRefused = 1000;

export interface ListenerOptions {
  /** Tracks requests that wait for `100 Continue`; where absent, all of them get it immediately. */
  readonly continues?: RequestListener;
  /** Connection limit of one process; clients beyond it get an error response. */
  readonly mostConnections?: number;
  /**
   * Time limit for receiving a request, in milliseconds; 0 where its body may stream as long as it makes progress.
   */
  readonly requestMs?: number;
  /** Time limit for a client to read some of a pending response, in milliseconds. */
  readonly unreadMs?: number;
}

/**
 * An HTTP/1.1 server with limits that suit a balancer.
 *
 * The balancer keeps idle connections for 60 s: ours must live longer, or it sends a request into a connection
 * that is being closed and its client sees a 502.
 */
export function createListener(
  listener: RequestListener,
  { continues, mostConnections = 10_000, requestMs = 0, unreadMs = 30_000 }: ListenerOptions = {},
): Server {
  const refused = new WeakSet<Duplex>();
  /** Requests whose upgrade is ignored. */
  const unfollowed = new WeakSet<IncomingMessage>();
  const findRefusal = (request: IncomingMessage): ApiErrorCode | undefined => {
    if (request.httpVersionMajor !== 1) return explainVersion(request);
    if (request.rawHeaders.length > 2 * mostFields) return "DMM_GATEWAY_HEADERS_TOO_LARGE";
    return refused.has(request.socket) ? "DMM_GATEWAY_CONNECTIONS_EXCEEDED" : undefined;
  };
  const admit = (begin: RequestListener): RequestListener =>
    queueResponses((request, response) => {
      // The parser dropped bytes that arrived in the same packet, so the next bytes may be the rest of a request.
      if (unfollowed.has(request)) response.shouldKeepAlive = false;
      if (request.url!.charCodeAt(0) !== 0x2f) acceptAbsoluteForm(request);
      // A body in a GET or HEAD is refused, or bounded by the endpoint that ignores it.
      if (request.method !== "GET" && request.method !== "HEAD") boundRest(response);
      const refusal = findRefusal(request);
      if (refusal === undefined) begin(request, response);
      else sendError(response, refusal, { requestId: "-", realm: "", arriving: true });
    });
  const server = createServer(
    {
      keepAlive: true,
      keepAliveTimeout: 75_000,
      headersTimeout: 10_000,
      // Uploads may stream longer than any fixed time; the request path cuts a stalled one.
      requestTimeout: requestMs,
      connectionsCheckingInterval: 2000,
      maxHeaderSize: longestHead,
      noDelay: true,
      // A missing Host gets our own error response.
      requireHostHeader: false,
      joinDuplicateHeaders: false,
      insecureHTTPParser: false,
      // An ignored upgrade is an ordinary request (RFC 9110 section 7.8). No response may be pending on a
      // connection that changes protocol.
      shouldUpgradeCallback: (request) => {
        const isFollowed =
          asksForWebSocket(request) &&
          findRefusal(request) === undefined &&
          findPendingResponse(request.socket) === undefined;
        if (!isFollowed) unfollowed.add(request);
        return isFollowed;
      },
    },
    admit(listener),
  );
  // Node silently drops fields beyond this number: one more than allowed reveals that there were more.
  server.maxHeadersCount = mostFields + 1;
  if (continues !== undefined) server.on("checkContinue", admit(continues));
  server.on("checkExpectation", admit(listener));
  server.on("connect", (_request, socket) => {
    // Node has removed its own error listener.
    socket.on("error", () => socket.destroy());
    respondOnSocket(socket, "DMM_GATEWAY_REQUEST_AMBIGUOUS");
  });
  server.on("clientError", respondToParserError);
  boundConnections(server, mostConnections, refused);
  cutUnread(server, unreadMs);
  return server;
}

function boundConnections(server: Server, mostConnections: number, refused: WeakSet<Duplex>): void {
  let open = 0;
  server.maxConnections = mostConnections + mostRefused;
  server.on("connection", (socket) => {
    open++;
    if (open > mostConnections) refused.add(socket);
    socket.once("close", () => open--);
  });
}

/** Node emits this for connections without activity, idle ones too, which it closes unless there is a listener. */
function cutUnread(server: Server, unreadMs: number): void {
  server.timeout = unreadMs;
  server.on("timeout", (socket) => {
    const waitsForUs = socket.timeout === unreadMs && socket.writableLength === 0;
    if (!waitsForUs) socket.destroy();
  });
}

/**
 * RFC 9112 section 2.3: HTTP/1.1 and 1.0. A request line without a version is read as 0.9, which had no fields.
 */
function explainVersion({ httpVersionMajor }: IncomingMessage): ApiErrorCode {
  return httpVersionMajor === 0 ? "DMM_GATEWAY_REQUEST_MALFORMED" : "DMM_GATEWAY_VERSION_UNSUPPORTED";
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
