import { createConnection, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { VerifyError } from "../errors.ts";
import { sortFailure } from "./attempt.ts";

/** Response of a port to an unauthenticated client. */
export type Contact =
  | { readonly outcome: "unreachable"; readonly code: string; readonly reason: string }
  /** Accepted the connection and closed it without a byte. */
  | { readonly outcome: "closed" }
  /** Keeps the connection open and sends nothing. */
  | { readonly outcome: "unresponsive" }
  | { readonly outcome: "spoke"; readonly bytes: Buffer };

export interface ContactTarget {
  readonly host: string;
  readonly port: number;
  readonly localAddress?: string | undefined;
  /** Its certificate is not verified: only its response matters, not its identity. */
  readonly tls?: boolean;
  readonly send?: string;
  readonly waitMs?: number;
  readonly signal?: AbortSignal;
}

/** Connects, sends optional bytes, and returns the first response. */
export function contactPort(options: ContactTarget): Promise<Contact> {
  const { promise, resolve, reject } = Promise.withResolvers<Contact>();
  const waitMs = options.waitMs ?? 1_500;
  let connected = false;
  const socket: Socket = createConnection({
    host: options.host,
    port: options.port,
    ...(options.localAddress === undefined ? {} : { localAddress: options.localAddress }),
  });
  const stream = options.tls ? connectTls({ socket, rejectUnauthorized: false }) : socket;
  const timer = setTimeout(() => {
    if (connected) resolve({ outcome: "unresponsive" });
    else resolve({ outcome: "unreachable", code: "ETIMEDOUT", reason: `no connection within ${waitMs} ms` });
  }, waitMs);
  const fail = (error: Error): void => {
    if (connected) {
      resolve({ outcome: "closed" });
      return;
    }
    try {
      const failure = sortFailure(error, "connect", 0);
      if ("reason" in failure)
        resolve({ outcome: "unreachable", code: failure.code, reason: failure.reason });
      else resolve({ outcome: "unreachable", code: "ETIMEDOUT", reason: error.message });
    } catch (own) {
      reject(own);
    }
  };
  const abort = (): void => reject(new VerifyError("DMM_VERIFY_INTERRUPTED"));
  options.signal?.addEventListener("abort", abort, { once: true });
  socket.once("connect", () => {
    connected = true;
  });
  stream.once(options.tls ? "secureConnect" : "connect", () => {
    if (options.send !== undefined) stream.write(options.send);
  });
  stream.once("data", (bytes: Buffer) => resolve({ outcome: "spoke", bytes }));
  stream.once("end", () => resolve({ outcome: "closed" }));
  stream.once("close", () => resolve({ outcome: "closed" }));
  stream.once("error", fail);
  if (options.tls) socket.once("error", fail);
  return promise.finally(() => {
    clearTimeout(timer);
    options.signal?.removeEventListener("abort", abort);
    stream.on("error", () => {});
    socket.on("error", () => {});
    stream.destroy();
    socket.destroy();
  });
}
