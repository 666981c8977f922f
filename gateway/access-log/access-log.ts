import type { Exchange } from "../exchange/exchange.ts";
import type { Logger } from "../logger.ts";
import { describeReason } from "../reason.ts";

/** Delivers records to the access log's destination; resolves when they are stored. */
export type Deliver = (records: readonly string[]) => Promise<void>;

/**
 * Limits of the buffer in lines and characters: an unavailable destination must cost lines, not requests or
 * memory.
 */
const lineLimit = 50_000;
const characterLimit = 32 * 1024 * 1024;
/** Size at which lines are joined into one record; the delivery stream bills per record, not per byte. */
const recordBytes = 65_536;
/** Records of one call, below Firehose's limits of 500 records and 4 MiB. */
const recordsPerBatch = 48;
const flushMs = 1000;

/**
 * One JSON line per request, delivered in batches. Recording only appends to an array; when the destination is
 * slower than the traffic, lines are dropped and counted.
 */
export class AccessLog {
  readonly #deliver: Deliver | undefined;
  readonly #logger: Logger;
  #lines: string[] = [];
  #characters = 0;
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> | undefined;
  /** Lines that were dropped because the destination did not accept them. */
  dropped = 0;
  delivered = 0;

  constructor(deliver: Deliver | undefined, logger: Logger) {
    this.#deliver = deliver;
    this.#logger = logger;
  }

  get waiting(): number {
    return this.#lines.length;
  }

  /** Characters of the queued lines; a long path makes a long line. */
  get waitingCharacters(): number {
    return this.#characters;
  }

  record(exchange: Exchange): void {
    if (this.#deliver === undefined) return;
    if (this.#lines.length >= lineLimit || this.#characters >= characterLimit) {
      this.dropped++;
      return;
    }
    const line = renderLine(exchange);
    this.#characters += line.length;
    this.#lines.push(line);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.flush();
    }, flushMs);
  }

  /** Delivers everything recorded so far; one delivery at a time. */
  flush(): Promise<void> {
    this.#flushing ??= this.#deliverAll().finally(() => {
      this.#flushing = undefined;
    });
    return this.#flushing;
  }

  async #deliverAll(): Promise<void> {
    while (this.#lines.length > 0) {
      const { records, count } = takeBatch(this.#lines);
      for (const record of records) this.#characters -= record.length;
      await this.#send(records, count);
    }
  }

  async #send(records: readonly string[], count: number): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#deliver!(records);
        this.delivered += count;
        return;
      } catch (error) {
        if (attempt === 3) {
          this.dropped += count;
          this.#logger.warn(
            { error: describeReason(error), dropped: this.dropped },
            "access log lines dropped",
          );
          return;
        }
        await new Promise((resolve) => setTimeout(resolve, 200 * attempt));
      }
    }
  }
}

function takeBatch(lines: string[]): { records: string[]; count: number } {
  const records: string[] = [];
  let record = "";
  let count = 0;
  for (; count < lines.length && records.length < recordsPerBatch; count++) {
    record += lines[count];
    if (record.length < recordBytes) continue;
    records.push(record);
    record = "";
  }
  if (record !== "") records.push(record);
  lines.splice(0, count);
  return { records, count };
}

/** No query, no headers, no token: a log has more readers than the requests were meant for. */
function renderLine(exchange: Exchange): string {
  const { request, response } = exchange;
  const duration = performance.now() - exchange.startedAt;
  return `${JSON.stringify({
    time: new Date().toISOString(),
    requestId: exchange.id,
    client: exchange.caller?.clientId,
    route: exchange.route?.name,
    method: request.method,
    host: exchange.head.host,
    path: exchange.target?.path,
    status: exchange.status,
    error: exchange.error,
    durationMs: Math.round(duration * 1000) / 1000,
    bytes: exchange.sentBytes,
    upstream: exchange.upstream,
    attempts: exchange.attempts,
    version: exchange.version,
    complete: response.writableFinished,
  })}\n`;
}
