import { connect as connectPlain, isIP, type Socket } from "node:net";
import { connect as connectSecure } from "node:tls";
import type { Origin } from "./origin.ts";
import { ResponseReader, type ResponseReceiver } from "./response-reader.ts";
import { UpstreamError } from "./upstream-error.ts";

/** The content of a request, sent once its head has left. */
export interface RequestContent {
  /** Begins to send; calls `finish` of the connection after the last byte. */
  begin(connection: UpstreamConnection): void;
  /** The connection takes more, after a `write` that answered false. */
  goOn(): void;
}

/** One request, and who waits for its answer: `onFailure` is called instead of what would end the answer. */
export interface UpstreamRequest extends ResponseReceiver {
  /** Request line and fields up to the empty line. One character is one byte (latin1). */
  readonly head: string;
  /** Whether the method is HEAD. */
  readonly toHead: boolean;
  readonly content: RequestContent | undefined;
  /** The request was handed over whole. */
  onSent(): void;
  onFailure(error: Error): void;
}

export interface ConnectionOptions {
  readonly connectLimitMs: number;
  /** An answer ended, and the connection can carry another request. */
  readonly onIdle: (connection: UpstreamConnection) => void;
  readonly onClose: (connection: UpstreamConnection) => void;
}

/** How long an upstream is trusted to keep an idle connection, in milliseconds: shorter than any server's own default. */
const keptMs = 4000;
/** The most that is believed where it says for how long, and the time that a last request needs to arrive. */
const longestKeptMs = 60_000;
const travelMs = 1000;

/** Every plain connection reads into this: what came is used up before anything else can come. */
const arrivals = Buffer.allocUnsafeSlow(65_536);

/**
 * An HTTP/1.1 connection to an upstream. It carries one request at a time: nobody waits behind a slow one, and a broken
 * connection says which request it broke.
 */
export class UpstreamConnection {
  readonly openedAt = Date.now();
  readonly #options: ConnectionOptions;
  readonly #socket: Socket;
  readonly #connectTimer: NodeJS.Timeout;
  #expiresAt = 0;
  #request: UpstreamRequest | undefined;
  #reader: ResponseReader | undefined;
  #open = false;
  #sent = false;
  #paused = false;
  #closed = false;
  #reason: Error | undefined;

  constructor(origin: Origin, options: ConnectionOptions) {
    this.#options = options;
    const socket = origin.secure ? this.#openSecure(origin) : this.#openPlain(origin);
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 10_000);
    const { connectLimitMs } = options;
    this.#connectTimer = setTimeout(
      () => this.destroy(new UpstreamError("slow", `No connection within ${connectLimitMs} ms.`)),
      connectLimitMs,
    );
    socket.once(origin.secure ? "secureConnect" : "connect", () => {
      clearTimeout(this.#connectTimer);
      this.#open = true;
      this.#begin();
    });
    socket.on("drain", () => this.#request?.content?.goOn());
    socket.on("end", () => this.#end());
    socket.on("error", (error) => {
      this.#reason ??= error;
    });
    socket.on("close", () => this.#close());
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Whether the answer waits for who gets it. */
  get paused(): boolean {
    return this.#paused;
  }

  /** Whether an idle connection may still be used. */
  isUsable(now: number): boolean {
    return !this.#closed && now < this.#expiresAt;
  }

  /** Sends a request as soon as the connection is open. Only for a new connection, or one that is idle. */
  send(request: UpstreamRequest): void {
    this.#request = request;
    this.#reader = new ResponseReader(request, request.toHead);
    this.#sent = false;
    if (this.#open) this.#begin();
  }

  /** Part of the request's content, in one piece. Answers whether more can be taken now. */
  write(...parts: readonly (Buffer | string)[]): boolean {
    this.#socket.cork();
    for (const part of parts) this.#socket.write(part, "latin1");
    this.#socket.uncork();
    return !this.#socket.writableNeedDrain;
  }

  /** The request has been handed over whole. */
  finish(): void {
    this.#sent = true;
    this.#request?.onSent();
  }

  /** Stops the answer until `resume`. */
  pause(): void {
    this.#paused = true;
    this.#socket.pause();
  }

  resume(): void {
    this.#paused = false;
    if (!this.#closed) this.#socket.resume();
  }

  /** Ends the connection, and the request that it carries with this error. */
  destroy(error: Error): void {
    this.#reason ??= error;
    this.#socket.destroy();
    this.#close();
  }

  #openPlain({ host, port }: Origin): Socket {
    const callback = (length: number, buffer: Uint8Array): boolean => {
      this.#arrive(buffer as Buffer, length);
      return !this.#paused;
    };
    return connectPlain({ host, port, onread: { buffer: arrivals, callback } });
  }

  #openSecure({ host, port }: Origin): Socket {
    // A server name is a name (RFC 6066 3).
    const name = isIP(host) === 0 ? { servername: host } : {};
    const socket = connectSecure({ host, port, ALPNProtocols: ["http/1.1"], ...name });
    socket.on("data", (chunk: Buffer) => this.#arrive(chunk, chunk.length));
    return socket;
  }

  #begin(): void {
    const request = this.#request;
    if (request === undefined) return;
    this.#socket.write(request.head, "latin1");
    if (request.content === undefined) this.finish();
    else request.content.begin(this);
  }

  #arrive(buffer: Buffer, length: number): void {
    const reader = this.#reader;
    if (reader === undefined) {
      this.destroy(new UpstreamError("failed", "The upstream sent unsolicited data."));
      return;
    }
    try {
      const progress = reader.read(buffer, length);
      if (progress !== "open") this.#release(reader, progress === "complete");
    } catch (error) {
      this.destroy(error as Error);
    }
  }

  /** An answer is complete. A connection that carried anything unclear does not carry another one's request. */
  #release(reader: ResponseReader, clean: boolean): void {
    const { persistent, keptSeconds } = reader.head!;
    this.#request = undefined;
    this.#reader = undefined;
    const kept = keptSeconds === undefined ? keptMs : Math.min(keptSeconds * 1000 - travelMs, longestKeptMs);
    if (clean && persistent && this.#sent && kept > 0 && !this.#closed) {
      // Whoever stopped the last of an answer must not stop the next one.
      if (this.#paused) this.resume();
      this.#expiresAt = Date.now() + kept;
      this.#options.onIdle(this);
    } else this.destroy(new UpstreamError("failed", "The connection cannot be reused."));
  }

  #end(): void {
    if (this.#reader?.end() === true) {
      this.#request = undefined;
      this.#reader = undefined;
    }
    this.destroy(new UpstreamError("failed", "The upstream closed the connection."));
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#connectTimer);
    const request = this.#request;
    this.#request = undefined;
    this.#reader = undefined;
    this.#options.onClose(this);
    request?.onFailure(this.#reason ?? new UpstreamError("failed", "The connection was closed."));
  }
}
