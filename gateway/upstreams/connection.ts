import { connect as connectPlain, isIP, type Socket } from "node:net";
import { connect as connectSecure } from "node:tls";
import type { Origin } from "./origin.ts";
import { ResponseReader, type ResponseReceiver } from "./response-reader.ts";
import { UpstreamError } from "./upstream-error.ts";

/** The content of a request, sent after its header section. */
export interface RequestContent {
  /** Begins to send; calls `finish` of the connection after the last byte. */
  begin(connection: UpstreamConnection): void;
  /** The connection accepts more, after a `write` that returned false. */
  goOn(): void;
}

/**
 * One request and the receiver of its response: `onFailure` is called instead of the callbacks that end the
 * response.
 */
export interface UpstreamRequest extends ResponseReceiver {
  /** Request line and fields up to the empty line. One character is one byte (latin1). */
  readonly head: string;
  /** Whether the method is HEAD. */
  readonly toHead: boolean;
  readonly content: RequestContent | undefined;
  /** The request was written completely. */
  onSent(): void;
  onFailure(error: Error): void;
}

export interface ConnectionOptions {
  readonly connectLimitMs: number;
  /** A response ended, and the connection can carry another request. */
  readonly onIdle: (connection: UpstreamConnection) => void;
  readonly onClose: (connection: UpstreamConnection) => void;
}

/** How long an idle connection is assumed to stay open, in milliseconds: shorter than any server's default. */
const keptMs = 4000;
/**
 * Upper limit of the keep-alive time that an upstream announces, and the margin that a last request needs to
 * arrive, in milliseconds.
 */
const longestKeptMs = 60_000;
const travelMs = 1000;

/** Read buffer shared by all plain connections: its data is consumed before more can arrive. */
const arrivals = Buffer.allocUnsafeSlow(65_536);

/**
 * An HTTP/1.1 connection to an upstream. It carries one request at a time: no request waits behind a slow one, and
 * a broken connection affects one request only.
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
      () =>
        this.destroy(
          new UpstreamError("DMM_GATEWAY_UPSTREAM_SLOW", `No connection within ${connectLimitMs} ms.`),
        ),
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

  /** Whether the response waits for its receiver. */
  get paused(): boolean {
    return this.#paused;
  }

  /** Whether an idle connection may still be used. */
  isUsable(now: number): boolean {
    return !this.#closed && now < this.#expiresAt;
  }

  /** Sends a request as soon as the connection is open. Only for a new or idle connection. */
  send(request: UpstreamRequest): void {
    this.#request = request;
    this.#reader = new ResponseReader(request, request.toHead);
    this.#sent = false;
    if (this.#open) this.#begin();
  }

  /** Writes part of the request's content in one packet. Returns whether more can be accepted now. */
  write(...parts: readonly (Buffer | string)[]): boolean {
    this.#socket.cork();
    for (const part of parts) this.#socket.write(part, "latin1");
    this.#socket.uncork();
    return !this.#socket.writableNeedDrain;
  }

  /** The request has been written completely. */
  finish(): void {
    this.#sent = true;
    this.#request?.onSent();
  }

  /** Pauses the response until `resume`. */
  pause(): void {
    this.#paused = true;
    this.#socket.pause();
  }

  resume(): void {
    this.#paused = false;
    if (!this.#closed) this.#socket.resume();
  }

  /** Ends the connection, and fails its request with this error. */
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
    // SNI takes names only, not addresses (RFC 6066 section 3).
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
      this.destroy(new UpstreamError("DMM_GATEWAY_UPSTREAM_FAILED", "The upstream sent unsolicited data."));
      return;
    }
    try {
      const progress = reader.read(buffer, length);
      if (progress !== "open") this.#release(reader, progress === "complete");
    } catch (error) {
      this.destroy(error as Error);
    }
  }

  /** A response is complete. A connection with anything ambiguous is not reused. */
  #release(reader: ResponseReader, clean: boolean): void {
    const { persistent, keptSeconds } = reader.head!;
    this.#request = undefined;
    this.#reader = undefined;
    const kept = keptSeconds === undefined ? keptMs : Math.min(keptSeconds * 1000 - travelMs, longestKeptMs);
    if (clean && persistent && this.#sent && kept > 0 && !this.#closed) {
      // A pause of the previous response must not pause the next one.
      if (this.#paused) this.resume();
      this.#expiresAt = Date.now() + kept;
      this.#options.onIdle(this);
    } else this.destroy(new UpstreamError("DMM_GATEWAY_UPSTREAM_FAILED", "The connection cannot be reused."));
  }

  #end(): void {
    if (this.#reader?.end() === true) {
      this.#request = undefined;
      this.#reader = undefined;
    }
    this.destroy(new UpstreamError("DMM_GATEWAY_UPSTREAM_FAILED", "The upstream closed the connection."));
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#connectTimer);
    const request = this.#request;
    this.#request = undefined;
    this.#reader = undefined;
    this.#options.onClose(this);
    request?.onFailure(
      this.#reason ?? new UpstreamError("DMM_GATEWAY_UPSTREAM_FAILED", "The connection was closed."),
    );
  }
}
