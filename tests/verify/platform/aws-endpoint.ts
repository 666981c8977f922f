import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Server } from "node:net";
import { text } from "node:stream/consumers";
import { serveFis } from "./aws-fis.ts";
import { serveJson } from "./aws-json.ts";
import { serveQuery } from "./aws-query.ts";
import { serveStorage } from "./aws-storage.ts";
import type { PlatformState } from "./state.ts";

/** The AWS wire protocols for the real SDK, limited to the operations that the suites use. */
export function createAwsEndpoint(state: PlatformState): Server {
  return createServer((request, response) => {
    respond(state, request, response).catch((error: unknown) => {
      response.writeHead(500, { "content-type": "text/plain" }).end(String(error));
    });
  });
}

async function respond(
  state: PlatformState,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await text(request);
  const target = request.headers["x-amz-target"];
  if (typeof target === "string") {
    const operation = target.split(".")[1] ?? "";
    const result = serveJson(state, operation, JSON.parse(body || "{}") as Record<string, unknown>);
    response.writeHead(200, { "content-type": "application/x-amz-json-1.1" }).end(JSON.stringify(result));
    return;
  }
  if (request.headers["content-type"]?.startsWith("application/x-www-form-urlencoded")) {
    const form = new URLSearchParams(body);
    const operation = form.get("Action") ?? "";
    const result = serveQuery(state, operation);
    response.writeHead(200, { "content-type": "text/xml" });
    response.end(
      `<${operation}Response><${operation}Result>${result}</${operation}Result></${operation}Response>`,
    );
    return;
  }
  const url = new URL(request.url ?? "/", "http://standin");
  if (url.pathname.startsWith("/standin-logs")) {
    response.writeHead(200).end(serveStorage(state, url));
    return;
  }
  const result = serveFis(
    state,
    `${request.method} ${request.url}`,
    body === "" ? {} : (JSON.parse(body) as object),
  );
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(result));
}
