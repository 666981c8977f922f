import { ChunkReader } from "./chunk-reader.ts";
import { parseResponseHead, type ResponseHead } from "./response-head.ts";
import { UpstreamError } from "./upstream-error.ts";

/** Receiver of a response: `onWhole`, or `onHead`, any number of `onData`, and `onEnd`. */
export interface ResponseReceiver {
  /** An interim response arrived (1xx except 101); any number may precede the others. */
  onInterim(head: ResponseHead): void;
  /**
   * Header section and body arrived together, as in most responses. One character of the body is one byte
   * (latin1).
   */
  onWhole(head: ResponseHead, body: string): void;
  onHead(head: ResponseHead): void;
  /** The receiver owns the chunk. */
  onData(chunk: Buffer): void;
  onEnd(): void;
}

/** `overrun`: the response is complete, and the upstream sent more bytes. */
export type Progress = "open" | "complete" | "overrun";

const headLimit = 16_384;
/** Interim responses that an upstream may send before the response to one request. */
export const interimLimit = 20;
const headEnd = Buffer.from("\r\n\r\n");

/** Parses one response from a connection's bytes (RFC 9112), which are valid only during a call. */
export class ResponseReader {
  readonly #receiver: ResponseReceiver;
  readonly #toHead: boolean;
  #interims = 0;
  /** The start of a header section that arrived in several chunks. */
  #partial: Buffer | undefined;
  #head: ResponseHead | undefined;
  /** Bytes of the body still to come, where the length is known. */
  #left = 0;
  #chunks: ChunkReader | undefined;

  /** @param toHead whether the request was HEAD: then no body follows, whatever the fields say */
  constructor(receiver: ResponseReceiver, toHead: boolean) {
    this.#receiver = receiver;
    this.#toHead = toHead;
  }

  get head(): ResponseHead | undefined {
    return this.#head;
  }

  /** Whether any byte of the response has arrived. */
  get begun(): boolean {
    return this.#head !== undefined || this.#partial !== undefined || this.#interims > 0;
  }

  /** @throws UpstreamError for an invalid response */
  read(buffer: Buffer, length: number): Progress {
    if (this.#head !== undefined) return this.#readBody(this.#head, buffer, 0, length);
    const at = this.#readHead(buffer, length);
    return this.#head === undefined ? "open" : this.#begin(this.#head, buffer, at, length);
  }

  /** The upstream ended the connection. Returns whether the response is complete. */
  end(): boolean {
    if (this.#head?.framing !== "close") return false;
    this.#receiver.onEnd();
    return true;
  }

  /** Returns where the body begins, once the header section is complete. */
  #readHead(arrived: Buffer, arrivedLength: number): number {
    let buffer = arrived;
    let length = arrivedLength;
    const before = this.#partial?.length ?? 0;
    if (this.#partial !== undefined) {
      buffer = Buffer.concat([this.#partial, arrived.subarray(0, arrivedLength)]);
      length = buffer.length;
      this.#partial = undefined;
    }
    for (let at = 0; ; ) {
      const end = buffer.indexOf(headEnd, Math.max(at, before - 3));
      const complete = end >= 0 && end + 4 <= length;
      if ((complete ? end : length) - at > headLimit)
        throw new UpstreamError(
          "DMM_GATEWAY_UPSTREAM_FAILED",
          `The response header is longer than ${headLimit} bytes.`,
        );
      if (!complete) {
        if (length > at) this.#partial = Buffer.from(buffer.subarray(at, length));
        return arrivedLength;
      }
      const head = parseResponseHead(buffer.toString("latin1", at, end + 2), this.#toHead);
      at = end + 4;
      if (head.status >= 200) {
        this.#head = head;
        return at - before;
      }
      if (head.status === 101)
        throw new UpstreamError(
          "DMM_GATEWAY_UPSTREAM_FAILED",
          "The upstream switched protocols without a request to do so.",
        );
      this.#interims++;
      if (this.#interims > interimLimit)
        throw new UpstreamError(
          "DMM_GATEWAY_UPSTREAM_FAILED",
          `The upstream sent more than ${interimLimit} interim responses.`,
        );
      this.#receiver.onInterim(head);
    }
  }

  #begin(head: ResponseHead, buffer: Buffer, start: number, end: number): Progress {
    const available = end - start;
    switch (head.framing) {
      case "none":
        this.#receiver.onWhole(head, "");
        return available > 0 ? "overrun" : "complete";
      case "length":
        if (available >= head.length) {
          this.#receiver.onWhole(head, buffer.toString("latin1", start, start + head.length));
          return available > head.length ? "overrun" : "complete";
        }
        this.#left = head.length;
        break;
      case "chunked":
        return this.#beginChunks(head, buffer, start, end);
    }
    this.#receiver.onHead(head);
    return available > 0 ? this.#readBody(head, buffer, start, end) : "open";
  }

  #beginChunks(head: ResponseHead, buffer: Buffer, start: number, end: number): Progress {
    this.#chunks = new ChunkReader();
    const stopped = this.#chunks.read(buffer, start, end);
    const chunk = this.#chunks.take(buffer);
    if (this.#chunks.done) {
      // The end is known, so the length is: the client gets one packet.
      head.fields.push("content-length", String(chunk.length));
      this.#receiver.onWhole(head, chunk.toString("latin1"));
      return stopped < end ? "overrun" : "complete";
    }
    this.#receiver.onHead(head);
    if (chunk.length > 0) this.#receiver.onData(chunk);
    return "open";
  }

  #readBody({ framing }: ResponseHead, buffer: Buffer, start: number, end: number): Progress {
    if (this.#chunks !== undefined) return this.#readChunks(this.#chunks, buffer, end);
    const upTo = framing === "length" ? Math.min(end, start + this.#left) : end;
    this.#left -= upTo - start;
    this.#receiver.onData(Buffer.from(buffer.subarray(start, upTo)));
    if (framing === "close" || this.#left > 0) return "open";
    this.#receiver.onEnd();
    return upTo < end ? "overrun" : "complete";
  }

  #readChunks(chunks: ChunkReader, buffer: Buffer, end: number): Progress {
    const stopped = chunks.read(buffer, 0, end);
    const chunk = chunks.take(buffer);
    if (chunk.length > 0) this.#receiver.onData(chunk);
    if (!chunks.done) return "open";
    this.#receiver.onEnd();
    return stopped < end ? "overrun" : "complete";
  }
}
