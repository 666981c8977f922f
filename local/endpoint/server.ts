import { createServer, type IncomingMessage, type Server } from "node:http";
import { readRequest, type WireResponse, writeResponse } from "../access/wire.ts";
import { addressTaken } from "../daemon/ports.ts";
import type { OwnedRegion } from "../daemon/region.ts";
import { AwsError } from "../operation.ts";
import { serveApi } from "./api.ts";
import type { EndpointOptions } from "./options.ts";
import { onTaskEnd, serveTask } from "./tasks.ts";

export interface Endpoint {
  close(): Promise<void>;
}

/**
 * Serves the AWS APIs and the ECS agent's endpoints for tasks, at one address of the edge network.
 *
 * @throws RegionError DMM_LOCAL_ADDRESS_TAKEN
 */
export async function startEndpoint(region: OwnedRegion, options: EndpointOptions): Promise<Endpoint> {
  const server = createServer((message, response) => {
    respond(region, options, message)
      .then((wire) => writeResponse(response, wire))
      .catch((error: unknown) => {
        region.regionLog.writeError("endpoint.failed", error);
        if (response.headersSent) response.destroy();
        else writeResponse(response, explain(error));
      });
  });
  // A client that waits for `100 Continue` (as for S3) gets it from Node; idle connections may stay open.
  server.keepAliveTimeout = 60_000;
  onTaskEnd(region, (taskArn) => options.keys.revoke(taskArn));
  await listen(server, region.endpoint);
  return {
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function respond(
  region: OwnedRegion,
  options: EndpointOptions,
  message: IncomingMessage,
): Promise<WireResponse> {
  const path = message.url ?? "/";
  return (
    serveTask(region, path, options.keys) ?? (await serveApi(region, options, await readRequest(message)))
  );
}

/** A body that was not read completely has no protocol yet, so the response is the bare status. */
function explain(error: unknown): WireResponse {
  const status = error instanceof AwsError ? error.status : 500;
  return { status, headers: { connection: "close" }, body: "" };
}

async function listen(server: Server, endpoint: string): Promise<void> {
  const { hostname, port } = new URL(endpoint);
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const taken = cause.code === "EADDRINUSE";
      const address = `${hostname}:${port}`;
      reject(
        taken ? addressTaken(`The region's endpoint cannot listen on ${address}`, address, cause) : cause,
      );
    });
    server.listen(Number(port), hostname, () => resolve());
  });
}
