import type { ReadableSpan, SpanExporter, SpanProcessor } from "@opentelemetry/sdk-trace-base";
import { BatchSpanProcessor } from "@opentelemetry/sdk-trace-base";
import type { Logger } from "../logger.ts";
import { describeReason } from "../reason.ts";

/**
 * Maximum number of spans in memory, including those being sent; an unavailable collector must cost spans, not
 * requests.
 */
const spanLimit = 4096;
/** Small enough that serializing one batch does not delay requests. */
const batchSpans = 256;
const batchMs = 1000;
/** Minimum time between two log lines about lost spans, in milliseconds. */
const lossLogMs = 10_000;

/** Exports spans in batches and counts the results, which the library's own queue does not report. */
export class SpanQueue implements SpanProcessor {
  readonly #batches: BatchSpanProcessor;
  readonly #logger: Logger;
  #loggedAt = Number.NEGATIVE_INFINITY;
  delivered = 0;
  dropped = 0;
  waiting = 0;
  /** Callers' traces that were not continued because of the limit. */
  unfollowed = 0;

  constructor(exporter: SpanExporter, logger: Logger) {
    this.#logger = logger;
    const counting: SpanExporter = {
      export: (spans, done) =>
        exporter.export(spans, (result) => {
          this.waiting -= spans.length;
          if (result.code === 0) this.delivered += spans.length;
          else
            this.#lose(
              spans.length,
              result.error === undefined ? "The collector rejected them." : describeReason(result.error),
            );
          done(result);
        }),
      shutdown: () => exporter.shutdown(),
    };
    this.#batches = new BatchSpanProcessor(counting, {
      maxQueueSize: spanLimit,
      maxExportBatchSize: batchSpans,
      scheduledDelayMillis: batchMs,
    });
  }

  onStart(): void {}

  onEnd(span: ReadableSpan): void {
    if (this.waiting >= spanLimit) {
      this.#lose(1, "The span queue is full.");
      return;
    }
    this.waiting++;
    this.#batches.onEnd(span);
  }

  forceFlush(): Promise<void> {
    return this.#batches.forceFlush();
  }

  /** Exports the queue; failures are counted, so this never fails. */
  async shutdown(): Promise<void> {
    await this.#batches.shutdown().catch(() => {});
  }

  #lose(count: number, error: string): void {
    this.dropped += count;
    const now = performance.now();
    if (now - this.#loggedAt < lossLogMs) return;
    this.#loggedAt = now;
    this.#logger.warn({ error, dropped: this.dropped }, "spans dropped");
  }
}
