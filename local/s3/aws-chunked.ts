import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import type { WireRequest } from "../access/wire.ts";
import { AwsError } from "../operation.ts";

/** A decoded upload body, with the checksums from its headers or trailers. */
export interface Upload {
  readonly body: Buffer;
  /** `x-amz-checksum-…` headers. */
  readonly checksums: Readonly<Record<string, string>>;
}

/**
 * Decodes a body. Streaming clients send it in chunks with the checksum as a trailer ("Signature calculations:
 * transferring payload in multiple chunks"), which `x-amz-decoded-content-length` indicates.
 *
 * @throws AwsError IncompleteBody, BadDigest, NotImplemented
 */
export function readUpload(request: WireRequest): Upload {
  const chunked = (request.headers["x-amz-content-sha256"] ?? "").startsWith("STREAMING-");
  const upload = chunked ? readChunks(request.body) : { body: request.body, trailers: {} };
  const declared = request.headers["x-amz-decoded-content-length"];
  if (chunked && declared !== undefined && Number(declared) !== upload.body.length) {
    throw new AwsError("IncompleteBody", `${declared} bytes were announced, ${upload.body.length} came.`);
  }
  const given = Object.entries({ ...request.headers, ...upload.trailers });
  const checksums = Object.fromEntries(
    given.filter(([name]) => name.startsWith("x-amz-checksum-") && name !== "x-amz-checksum-algorithm"),
  );
  for (const [name, value] of Object.entries(checksums)) verifyChecksum(upload.body, name, value);
  const md5 = request.headers["content-md5"];
  if (md5 !== undefined && md5 !== createHash("md5").update(upload.body).digest("base64"))
    throw badDigest("Content-MD5");
  return { body: upload.body, checksums };
}

function readChunks(wire: Buffer): { readonly body: Buffer; readonly trailers: Record<string, string> } {
  const chunks: Buffer[] = [];
  let position = 0;
  for (;;) {
    const lineEnd = wire.indexOf("\r\n", position);
    if (lineEnd < 0) throw new AwsError("IncompleteBody", "A chunk ended before its size.");
    const size = Number.parseInt(wire.toString("latin1", position, lineEnd).split(";")[0] ?? "", 16);
    position = lineEnd + 2;
    if (!Number.isInteger(size) || position + size > wire.length) {
      throw new AwsError("IncompleteBody", "A chunk is shorter than it says.");
    }
    if (size === 0) break;
    chunks.push(wire.subarray(position, position + size));
    position += size + 2;
  }
  const lines = wire
    .toString("latin1", position)
    .split("\r\n")
    .filter((line) => line.includes(":"));
  const trailers = lines.map((line) => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()] as const;
  });
  return { body: Buffer.concat(chunks), trailers: Object.fromEntries(trailers) };
}

function verifyChecksum(body: Buffer, header: string, expected: string): void {
  const kind = header.slice("x-amz-checksum-".length);
  if (kind === "type") return;
  const actual = checksum(body, kind);
  if (actual === undefined) {
    throw new AwsError(
      "NotImplemented",
      `The local region does not compute ${kind} checksums; it computes crc32, sha1 and sha256.`,
      501,
    );
  }
  if (actual !== expected) throw badDigest(header);
}

function checksum(body: Buffer, kind: string): string | undefined {
  if (kind === "sha1" || kind === "sha256") return createHash(kind).update(body).digest("base64");
  if (kind !== "crc32") return undefined;
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(body));
  return bytes.toString("base64");
}

function badDigest(header: string): AwsError {
  return new AwsError("BadDigest", `The ${header} you specified did not match what we received.`);
}
