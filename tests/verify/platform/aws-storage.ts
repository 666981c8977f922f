import { gzipSync } from "node:zlib";
import type { PlatformState } from "./state.ts";

const key = "gateway/2026/01/01/part.gz";

/** S3, limited to listing and reading the access log's objects. Path style, XML or the object's bytes. */
export function serveStorage(state: PlatformState, url: URL): string | Buffer {
  if (!url.searchParams.has("list-type")) return gzipSync(state.logLines.map((line) => `${line}\n`).join(""));
  // Everything written so far is delivered once the stream's buffer has been filled.
  const contents = state.isLogDelivered
    ? `<Contents><Key>${nextKey(state)}</Key><LastModified>${new Date().toISOString()}</LastModified></Contents>`
    : "";
  return `<ListBucketResult><IsTruncated>false</IsTruncated>${contents}</ListBucketResult>`;
}

/** An object never changes: later lines are in another one. */
function nextKey({ logLines }: PlatformState): string {
  return key.replace("part", `part-${logLines.length}`);
}
