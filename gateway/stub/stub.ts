import type { IncomingMessage, ServerResponse } from "node:http";
import { serveHealth } from "../health.ts";
import { Lifecycle } from "../lifecycle.ts";
import { createListener, listen } from "../listener.ts";
import { createLogger } from "../logger.ts";
import { parseListeningSettings } from "../settings.ts";
import { readTaskAddress } from "../task.ts";
import { serveEcho } from "./echo.ts";
import { serveSlow } from "./slow.ts";
import { serveStream } from "./stream.ts";

/** Stands in for the real APIs: shows verification what a request looks like after the gateway. */
const endpoints: Readonly<
  Record<string, (request: IncomingMessage, response: ServerResponse, url: URL) => void>
> = {
  "/verify/echo": serveEcho,
  "/verify/slow": serveSlow,
  "/verify/stream": serveStream,
};

/** Identifies the stub, so that a wrong path rewrite is not taken for an unknown route of the gateway. */
function respondToUnknown(response: ServerResponse, { pathname }: URL): void {
  const served = [...Object.keys(endpoints), "/verify/echo/*"].join(", ");
  const message = `The API stub was reached and does not serve ${pathname}; it serves ${served}.`;
  response.writeHead(404, { "content-type": "application/json" }).end(JSON.stringify({ message }));
}

export async function runStub(): Promise<void> {
  const settings = parseListeningSettings(process.env);
  const logger = createLogger({ role: "stub", environment: settings.environment });
  const lifecycle = new Lifecycle(logger, settings);
  const server = createListener((request, response) => {
    if (serveHealth(request, response, () => ({ state: lifecycle.state, version: 0 }))) return;
    lifecycle.begin();
    response.once("close", () => lifecycle.end());
    const url = new URL(request.url ?? "/", "http://stub");
    const endpoint = endpoints[url.pathname] ?? (url.pathname.startsWith("/verify/echo/") && serveEcho);
    if (endpoint) endpoint(request, response, url);
    else respondToUnknown(response, url);
  });
  lifecycle.listenForSignals(server);
  const host = await readTaskAddress(settings.host);
  await listen(server, { host, port: settings.port, shared: false });
  lifecycle.serve();
}
