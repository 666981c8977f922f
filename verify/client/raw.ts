import { connect } from "node:tls";
import { VerifyError } from "../errors.ts";
import type { Target } from "../target.ts";

/** Response to bytes that no HTTP client would send. */
export interface RawResponse {
  /** Status of every response, in order; empty if the connection was closed without one. */
  readonly statuses: readonly number[];
  readonly text: string;
  readonly closed: boolean;
}

const longestMs = 4_000;
/** A further response would have arrived by then. */
const idleMs = 400;

/** Sends raw bytes over TLS, as the operator's insider, and collects all responses. */
export function sendRaw(target: Target, bytes: string, signal: AbortSignal): Promise<RawResponse> {
  const { promise, resolve, reject } = Promise.withResolvers<RawResponse>();
  const { connect: to, url, authority } = target.ingress;
  const chunks: Buffer[] = [];
  const finish = (closed: boolean): void => {
    const text = Buffer.concat(chunks).toString("latin1");
    const statuses = [...text.matchAll(/HTTP\/1\.[01] (\d{3})(?= |\r)/g)].map((match) => Number(match[1]));
    resolve({ statuses, text, closed });
  };
  const socket = connect({
    host: to.host,
    port: to.port,
    servername: new URL(url).hostname,
    cert: target.insider.certificate,
    key: target.insider.key,
    ...(authority === undefined ? {} : { ca: authority }),
  });
  let idle: NodeJS.Timeout | undefined;
  const late = setTimeout(() => finish(false), longestMs);
  const abort = (): void => reject(new VerifyError("DMM_VERIFY_INTERRUPTED"));
  signal.addEventListener("abort", abort, { once: true });
  socket.once("secureConnect", () => socket.write(bytes, "latin1"));
  socket.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    clearTimeout(idle);
    idle = setTimeout(() => finish(false), idleMs);
  });
  socket.once("close", () => finish(true));
  socket.on("error", (error) => {
    // A reset after the response is how a server ends a request that it stops reading.
    if (socket.authorized) finish(true);
    else
      reject(new VerifyError("DMM_VERIFY_NO_RESPONSE", { what: "A raw request", why: error.message }, error));
  });
  return promise.finally(() => {
    clearTimeout(late);
    clearTimeout(idle);
    signal.removeEventListener("abort", abort);
    socket.destroy();
  });
}
