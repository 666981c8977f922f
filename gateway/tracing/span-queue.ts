import type { ReadableSpan, SpanExporter, SpanProcessor } from "@opentelemetry/sdk-trace-base";
import { BatchSpanProcessor } from "@opentelemetry/sdk-trace-base";
import type { Logger } from "../logger.ts";
import { describeReason } from "../reason.ts";

/** Spans kept at most, those on their way included; a collector that is away must cost spans, not requests. */
const spanLimit = 4096;
/** Small enough that writing one batch down does not hold requests up. */
const batchSpans = 256;
const batchMs = 1000;
/** Losses are told once in this time at most, in milliseconds. */
const tellMs = 10_000;

/** Hands spans over in batches and counts what became of them: the library's own queue does not tell. */
export class SpanQueue implements SpanProcessor {
  readonly #batches: BatchSpanProcessor;
  readonly #logger: Logger;
  #toldAt = Number.NEGATIVE_INFINITY;
  delivered = 0;
  dropped = 0;
  waiting = 0;
  /** Traces of callers that were too many to go on with. */
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

  /** Delivers what waits; what could not be delivered has been counted, so this never fails. */
  async shutdown(): Promise<void> {
    await this.#batches.shutdown().catch(() => {});
  }

  #lose(count: number, error: string): void {
    this.dropped += count;
    const now = performance.now();
    if (now - this.#toldAt < tellMs) return;
    this.#toldAt = now;
    this.#logger.warn({ error, dropped: this.dropped }, "spans dropped");
  }
}
