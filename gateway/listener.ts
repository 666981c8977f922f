import { createServer, type RequestListener, type Server } from "node:http";

/**
 * An HTTP/1.1 server whose limits fit behind a balancer.
 *
 * The balancer keeps idle connections for 60 s: ours must live longer, or it sends a request into a connection that is
 * being closed and its client sees a 502.
 */
export function createListener(listener: RequestListener): Server {
  return createServer(
    {
      keepAlive: true,
      keepAliveTimeout: 75_000,
      headersTimeout: 10_000,
      // Uploads may stream for longer than any fixed time; a stalled one is cut by the request path.
      requestTimeout: 0,
      connectionsCheckingInterval: 2000,
      maxHeaderSize: 16_384,
      noDelay: true,
      requireHostHeader: true,
      joinDuplicateHeaders: false,
      insecureHTTPParser: false,
    },
    listener,
  );
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
