import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { EnvHttpProxyAgent, fetch, type Response } from "undici";
import { readProxies } from "./child-environment.ts";
import { ToolError } from "./errors.ts";

/** Time limit for the start of a response: an unreachable host often drops packets instead of refusing. */
const responseLimitMs = 8_000;
const idleLimitMs = 20_000;

/** Fetches a small text. Throws DMM_TOOLS_UNREACHABLE. */
export async function fetchText(url: string, signal?: AbortSignal): Promise<string> {
  return withResponse(url, signal, (response) => response.text());
}

/** Fetches a file and returns its SHA-256 in hexadecimal. Throws DMM_TOOLS_UNREACHABLE. */
export async function download(options: {
  readonly url: string;
  readonly file: string;
  readonly signal?: AbortSignal;
  readonly progress: (received: number, total: number | undefined) => void;
}): Promise<string> {
  return withResponse(options.url, options.signal, async (response) => {
    const total = Number(response.headers.get("content-length")) || undefined;
    const hash = createHash("sha256");
    let received = 0;
    const count = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        hash.update(chunk);
        received += chunk.length;
        options.progress(received, total);
        done(undefined, chunk);
      },
    });
    await pipeline(Readable.fromWeb(response.body as never), count, createWriteStream(options.file));
    return hash.digest("hex");
  });
}

async function withResponse<Result>(
  url: string,
  signal: AbortSignal | undefined,
  read: (response: Response) => Promise<Result>,
): Promise<Result> {
  const dispatcher = new EnvHttpProxyAgent({
    ...readProxies(),
    connect: { timeout: responseLimitMs },
    headersTimeout: responseLimitMs,
    bodyTimeout: idleLimitMs,
  });
  // Resolving a name has no time limit of its own.
  const late = new AbortController();
  const timer = setTimeout(
    () => late.abort(new Error(`no response within ${responseLimitMs / 1000} s`)),
    responseLimitMs,
  );
  try {
    const response = await fetch(url, {
      dispatcher,
      signal: signal === undefined ? late.signal : AbortSignal.any([late.signal, signal]),
    });
    clearTimeout(timer);
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    return await read(response);
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    if (error instanceof ToolError) throw error;
    throw new ToolError("DMM_TOOLS_UNREACHABLE", { url, reason: reasonOf(error) }, error);
  } finally {
    clearTimeout(timer);
    await dispatcher.destroy();
  }
}

/** undici's message is `fetch failed`; the reason is in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause;
  return cause instanceof Error
    ? cause.message || ("code" in cause ? String(cause.code) : error.message)
    : error.message;
}
