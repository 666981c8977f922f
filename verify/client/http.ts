import type { IncomingMessage } from "node:http";
import { type Agent, request as sendRequest } from "node:https";
import type { Socket } from "node:net";
import { VerifyError } from "../errors.ts";
import { type Attempt, type Responded, type Stage, sortFailure } from "./attempt.ts";

const defaultTimeoutMs = 8_000;
const longestBody = 1 << 20;

export interface ClientRequest {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export interface HttpClient {
  /** Sends a request and returns its result; throws only if our own machine failed. */
  attempt(request: ClientRequest): Promise<Attempt>;
  /** Sends a request that must get a response. Throws DMM_VERIFY_NO_ANSWER. */
  request(request: ClientRequest): Promise<Responded>;
  close(): void;
}

export interface HttpClientOptions {
  readonly agent: Agent;
  readonly host: string;
  readonly port: number;
  /** Value of the Host header. */
  readonly authority: string;
  readonly localAddress: string | undefined;
}

/**
 * HTTP/1.1 over TLS to a fixed address, whatever the URL's host resolves to. Never retries or follows redirects.
 */
export function openHttpClient(options: HttpClientOptions): HttpClient {
  const attempt = (request: ClientRequest): Promise<Attempt> => sendOnce(options, request);
  return {
    attempt,
    async request(request) {
      const result = await attempt(request);
      if (result.outcome === "responded") return result;
      const why =
        "reason" in result ? `${result.code} ${result.reason}` : `${result.outcome} at ${result.stage}`;
      throw new VerifyError("DMM_VERIFY_NO_RESPONSE", {
        what: `${request.method ?? "GET"} ${request.path}`,
        why,
      });
    },
    close: () => options.agent.destroy(),
  };
}

function sendOnce(options: HttpClientOptions, wanted: ClientRequest): Promise<Attempt> {
  const { promise, resolve, reject } = Promise.withResolvers<Attempt>();
  const started = performance.now();
  const elapsed = (): number => Math.round((performance.now() - started) * 10) / 10;
  let stage: Stage = "connect";
  const fail = (error: Error): void => {
    try {
      resolve(sortFailure(error, stage, elapsed()));
    } catch (own) {
      reject(own);
    }
  };
  const request = sendRequest({
    agent: options.agent,
    host: options.host,
    port: options.port,
    method: wanted.method ?? "GET",
    path: wanted.path,
    headers: { host: options.authority, ...wanted.headers, ...lengthOf(wanted.body) },
    ...(options.localAddress === undefined ? {} : { localAddress: options.localAddress }),
  });
  const timer = setTimeout(() => {
    resolve({ outcome: "timed out", stage, elapsedMs: elapsed() });
    request.destroy();
  }, wanted.timeoutMs ?? defaultTimeoutMs);
  const abort = (): void => {
    reject(new VerifyError("DMM_VERIFY_INTERRUPTED"));
    request.destroy();
  };
  if (wanted.signal?.aborted) abort();
  wanted.signal?.addEventListener("abort", abort, { once: true });
  request.on("socket", (socket: Socket) => {
    if (request.reusedSocket) {
      stage = "request";
      return;
    }
    socket.once("connect", () => {
      stage = "handshake";
    });
    socket.once("secureConnect", () => {
      stage = "request";
    });
  });
  request.on("error", fail);
  request.on("response", (response) => {
    stage = "body";
    const connection = { localPort: request.socket?.localPort ?? 0, reused: request.reusedSocket };
    readResponse(response, elapsed).then((read) => resolve({ ...read, connection }), fail);
  });
  request.end(wanted.body);
  return promise.finally(() => {
    clearTimeout(timer);
    wanted.signal?.removeEventListener("abort", abort);
  });
}

async function readResponse(
  response: IncomingMessage,
  elapsed: () => number,
): Promise<Omit<Responded, "connection">> {
  const pieces: { atMs: number; bytes: number }[] = [];
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    pieces.push({ atMs: elapsed(), bytes: chunk.length });
    bytes += chunk.length;
    if (bytes > longestBody) throw new Error(`the response body is longer than ${longestBody} bytes`);
    chunks.push(chunk);
  }
  return {
    outcome: "responded",
    status: response.statusCode ?? 0,
    headers: Object.fromEntries(
      Object.entries(response.headers).map(([name, value]) => [
        name,
        Array.isArray(value) ? value.join(", ") : (value ?? ""),
      ]),
    ),
    body: Buffer.concat(chunks).toString("utf8"),
    pieces,
    elapsedMs: elapsed(),
  };
}

/** Node sends a body without a length in chunks, which some token endpoints refuse. */
function lengthOf(body: string | undefined): Record<string, string> {
  return body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
}
