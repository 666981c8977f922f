import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";

/** Bodies up to this many bytes are echoed; larger ones are described by length and digest only. */
const echoedBytes = 16_384;

/** Echoes the request: method, path, raw headers, and body. */
export function serveEcho(request: IncomingMessage, response: ServerResponse): void {
  const digest = createHash("sha256");
  const kept: Buffer[] = [];
  let bytes = 0;
  request.on("data", (chunk: Buffer) => {
    digest.update(chunk);
    bytes += chunk.length;
    if (bytes <= echoedBytes) kept.push(chunk);
  });
  request.on("end", () => {
    const body = JSON.stringify({
      method: request.method,
      path: request.url,
      headers: request.headers,
      rawHeaders: request.rawHeaders,
      body: {
        bytes,
        sha256: digest.digest("hex"),
        ...(bytes <= echoedBytes ? { text: Buffer.concat(kept).toString("utf8") } : {}),
      },
    });
    response.writeHead(200, {
      "content-type": "application/json",
      "content-length": String(Buffer.byteLength(body)),
    });
    response.end(body);
  });
}
