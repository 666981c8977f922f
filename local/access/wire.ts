import type { IncomingMessage, ServerResponse } from "node:http";
import { gunzipSync } from "node:zlib";
import { AwsError } from "../operation.ts";

/** One HTTP request, read completely. */
export interface WireRequest {
  readonly method: string;
  /** The raw path, still percent-encoded. */
  readonly path: string;
  /** The raw query, without the question mark. */
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface WireResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** S3's own limit is 5 GB for one PUT; the objects here are logs, certificates and lists. */
const largestBody = 64 * 1024 * 1024;

export async function readRequest(message: IncomingMessage): Promise<WireRequest> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largestBody) {
      throw new AwsError("EntityTooLarge", `The body is larger than ${largestBody} bytes.`, 413);
    }
    chunks.push(chunk);
  }
  const url = message.url ?? "/";
  const mark = url.indexOf("?");
  return {
    method: message.method ?? "GET",
    path: mark < 0 ? url : url.slice(0, mark),
    query: mark < 0 ? "" : url.slice(mark + 1),
    headers: readHeaders(message),
    body: Buffer.concat(chunks),
  };
}

function readHeaders(message: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(message.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(",") : (value ?? ""),
    ]),
  );
}

/** The body after content decoding; clients compress large ones (`CloudWatch` does from 10 KB). */
export function decodeBody(request: WireRequest): Buffer {
  if (request.headers["content-encoding"] !== "gzip") return request.body;
  try {
    return gunzipSync(request.body);
  } catch {
    throw new AwsError("SerializationException", "The body is not the gzip that Content-Encoding says.");
  }
}

export function writeResponse(response: ServerResponse, wire: WireResponse): void {
  const body = typeof wire.body === "string" ? Buffer.from(wire.body) : wire.body;
  response.writeHead(wire.status, { "content-length": body.length, ...wire.headers });
  response.end(body);
}
