/** An error reply; its message begins with the server's code, like `MOVED` or `WRONGTYPE`. */
export class RedisReplyError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "RedisReplyError";
  }
}

/** The input is not RESP2: the connection can no longer be trusted. */
export class RedisProtocolError extends Error {
  constructor(what: string) {
    super(`the node does not speak RESP2: ${what}`);
    this.name = "RedisProtocolError";
  }
}

/** A reply: text, number, null, an error, or a list of these. */
export type Reply = string | number | null | RedisReplyError | readonly Reply[];

/** Limits of a reply's length and a list's depth: ours are tokens and the cluster's slots. */
const longestBytes = 16 * 1024 * 1024;
const deepest = 8;

const incomplete = Symbol("incomplete");

/**
 * Parses RESP2 (https://redis.io/docs/latest/develop/reference/protocol-spec/), however it is split into chunks.
 */
export class ReplyParser {
  readonly #onReply: (reply: Reply) => void;
  #buffer: Buffer = Buffer.alloc(0);
  #at = 0;

  constructor(onReply: (reply: Reply) => void) {
    this.#onReply = onReply;
  }

  /** @throws RedisProtocolError */
  push(chunk: Buffer): void {
    const rest = this.#buffer.length - this.#at;
    this.#buffer = rest === 0 ? chunk : Buffer.concat([this.#buffer.subarray(this.#at), chunk]);
    this.#at = 0;
    while (this.#at < this.#buffer.length) {
      const start = this.#at;
      const reply = this.#read(0);
      if (reply === incomplete) {
        // Parsed again from its start when more has arrived; this happens at chunk boundaries only.
        this.#at = start;
        if (this.#buffer.length - start > longestBytes) throw new RedisProtocolError("an unterminated reply");
        return;
      }
      this.#onReply(reply);
    }
  }

  #read(depth: number): Reply | typeof incomplete {
    const buffer = this.#buffer;
    const type = buffer[this.#at];
    // $ : *
    if (type === 0x24 || type === 0x3a || type === 0x2a) {
      const number = this.#readNumber();
      if (number === incomplete) return incomplete;
      if (type === 0x24) return this.#readBulk(number);
      return type === 0x2a ? this.#readList(number, depth) : number;
    }
    const end = buffer.indexOf(0x0a, this.#at);
    if (end === -1) return incomplete;
    if (buffer[end - 1] !== 0x0d || end - 1 === this.#at)
      throw new RedisProtocolError("an unterminated line");
    const from = this.#at + 1;
    this.#at = end + 1;
    if (type === 0x2b) return buffer.toString("utf8", from, end - 1);
    if (type === 0x2d) return new RedisReplyError(buffer.toString("utf8", from, end - 1));
    throw new RedisProtocolError(`type ${type}`);
  }

  #readBulk(length: number): string | null | typeof incomplete {
    if (length === -1) return null;
    const from = this.#at;
    const to = from + this.#checkLength(length);
    if (this.#buffer.length < to + 2) return incomplete;
    if (this.#buffer[to] !== 0x0d || this.#buffer[to + 1] !== 0x0a)
      throw new RedisProtocolError("a string of the wrong length");
    this.#at = to + 2;
    return this.#buffer.toString("utf8", from, to);
  }

  #readList(length: number, depth: number): Reply | typeof incomplete {
    if (length === -1) return null;
    if (depth >= deepest) throw new RedisProtocolError("nested arrays");
    this.#checkLength(length);
    const list: Reply[] = [];
    while (list.length < length) {
      if (this.#at >= this.#buffer.length) return incomplete;
      const entry = this.#read(depth + 1);
      if (entry === incomplete) return incomplete;
      list.push(entry);
    }
    return list;
  }

  /** Parses a line's number without searching for the line end first. */
  #readNumber(): number | typeof incomplete {
    const buffer = this.#buffer;
    let at = this.#at + 1;
    const negative = buffer[at] === 0x2d;
    if (negative) at++;
    const first = at;
    let value = 0;
    for (; at < buffer.length; at++) {
      const digit = buffer[at]! - 0x30;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    if (at < buffer.length && (buffer[at] !== 0x0d || at === first))
      throw new RedisProtocolError("a non-numeric integer");
    if (at + 1 >= buffer.length) return incomplete;
    if (buffer[at + 1] !== 0x0a) throw new RedisProtocolError("an unterminated line");
    this.#at = at + 2;
    return negative ? -value : value;
  }

  #checkLength(length: number): number {
    if (length < 0 || length > longestBytes) throw new RedisProtocolError(`a length of ${length}`);
    return length;
  }
}
