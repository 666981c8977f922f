import { UpstreamError } from "./upstream-error.ts";

type State = "size" | "data" | "data-end" | "trailer" | "done";

/** Longest line between chunks, with extensions, and longest trailer section, in bytes. */
const lineLimit = 1024;
const trailerLimit = 16_384;

/**
 * Decodes the chunked coding of a body (RFC 9112 section 7.1) incrementally. Strict: sizes are hexadecimal digits
 * only, lines end in CRLF. Extensions and trailer fields are read and dropped.
 */
export class ChunkReader {
  #state: State = "size";
  /** Bytes of the chunk still to come. */
  #left = 0;
  #line = "";
  #trailerBytes = 0;
  /** Ranges of the data found since the last `take`: starts and ends in turn. */
  #ranges: number[] = [];

  get done(): boolean {
    return this.#state === "done";
  }

  /** Returns where it stopped: before `end` only when the body is complete. @throws UpstreamError */
  read(buffer: Buffer, start: number, end: number): number {
    let at = start;
    while (at < end && this.#state !== "done") {
      if (this.#state === "data") {
        const upTo = Math.min(end, at + this.#left);
        this.#left -= upTo - at;
        this.#ranges.push(at, upTo);
        at = upTo;
        if (this.#left === 0) this.#state = "data-end";
      } else at = this.#readLine(buffer, at, end);
    }
    return at;
  }

  /** A copy of the data that the last `read` found in this buffer. */
  take(buffer: Buffer): Buffer {
    const ranges = this.#ranges;
    let bytes = 0;
    for (let index = 0; index < ranges.length; index += 2) bytes += ranges[index + 1]! - ranges[index]!;
    const data = Buffer.allocUnsafe(bytes);
    let at = 0;
    for (let index = 0; index < ranges.length; index += 2)
      at += buffer.copy(data, at, ranges[index]!, ranges[index + 1]!);
    this.#ranges = [];
    return data;
  }

  #readLine(buffer: Buffer, start: number, end: number): number {
    const feed = buffer.indexOf(0x0a, start);
    const complete = feed >= 0 && feed < end;
    const upTo = complete ? feed + 1 : end;
    const inTrailer = this.#state === "trailer";
    if (inTrailer) this.#trailerBytes += upTo - start;
    if (this.#trailerBytes > trailerLimit || (!inTrailer && this.#line.length + upTo - start > lineLimit))
      throw new UpstreamError(
        "DMM_GATEWAY_UPSTREAM_FAILED",
        "A chunk size line or the trailer section of the response is too long.",
      );
    this.#line += buffer.toString("latin1", start, upTo);
    if (!complete) return upTo;
    const line = this.#line;
    this.#line = "";
    if (line.indexOf("\r") !== line.length - 2) throw malformed(line);
    this.#takeLine(line.slice(0, -2));
    return upTo;
  }

  #takeLine(line: string): void {
    switch (this.#state) {
      case "size": {
        const digits = /^([0-9A-Fa-f]{1,12})[ \t]*(?:;.*)?$/.exec(line)?.[1];
        if (digits === undefined) throw malformed(line);
        this.#left = Number.parseInt(digits, 16);
        this.#state = this.#left === 0 ? "trailer" : "data";
        return;
      }
      case "data-end":
        if (line !== "") throw malformed(line);
        this.#state = "size";
        return;
      default:
        if (line === "") this.#state = "done";
    }
  }
}

function malformed(line: string): UpstreamError {
  return new UpstreamError(
    "DMM_GATEWAY_UPSTREAM_FAILED",
    `The chunked encoding of the response is malformed: ${JSON.stringify(line.slice(0, 80))}.`,
  );
}
