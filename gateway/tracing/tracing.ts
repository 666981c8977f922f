import type { Tracer } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { detectResources, envDetector, resourceFromAttributes } from "@opentelemetry/resources";
import {
  AlwaysOnSampler,
  BasicTracerProvider,
  ParentBasedSampler,
  type Sampler,
} from "@opentelemetry/sdk-trace-base";
import {
  ATTR_DEPLOYMENT_ENVIRONMENT_NAME,
  ATTR_SERVICE_INSTANCE_ID,
  ATTR_SERVICE_NAME,
} from "@opentelemetry/semantic-conventions";
import type { Exchange } from "../exchange/exchange.ts";
import { parseTraceparent } from "../exchange/traceparent.ts";
import type { Logger } from "../logger.ts";
import { nameInstance, readWorkerNumber } from "../workers/worker-variables.ts";
import { FollowCallers } from "./follow-callers.ts";
import { RequestTrace } from "./request-trace.ts";
import type { TracingSettings } from "./settings.ts";
import { SpanQueue } from "./span-queue.ts";

/** Longest attribute value: the queue must be bounded in bytes too. */
const attributeLimit = 1024;

/** Exports spans of requests to a collector. Imported only where tracing is on. */
export class Tracing {
  readonly spans: SpanQueue;
  readonly #provider: BasicTracerProvider;
  readonly #tracer: Tracer;
  readonly #share: number;

  constructor(settings: TracingSettings, environment: string, logger: Logger) {
    this.spans = new SpanQueue(new OTLPTraceExporter(), logger);
    const described = resourceFromAttributes({
      [ATTR_SERVICE_NAME]: "gateway",
      [ATTR_SERVICE_INSTANCE_ID]: `${nameInstance()}-${readWorkerNumber()}`,
      [ATTR_DEPLOYMENT_ENVIRONMENT_NAME]: environment,
    });
    this.#provider = new BasicTracerProvider({
      // `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` override our own names.
      resource: described.merge(detectResources({ detectors: [envDetector] })),
      sampler: this.#createSampler(settings),
      spanLimits: { attributeValueLengthLimit: attributeLimit },
      spanProcessors: [this.spans],
    });
    this.#tracer = this.#provider.getTracer("gateway");
    this.#share = readShare(settings);
  }

  /**
   * Begins the span of a request, as a child of the caller's if it named one. Unsampled requests create no span at
   * all: most requests are unsampled, and unrecorded spans cost an eighth of a request.
   */
  begin(exchange: Exchange): void {
    const caller = parseTraceparent(exchange.head.traceparent);
    const wanted = caller === undefined ? Math.random() < this.#share : (caller.traceFlags & 1) === 1;
    if (wanted) exchange.trace = new RequestTrace(this.#tracer, exchange, caller);
  }

  /** Exports the queue. */
  close(): Promise<void> {
    return this.#provider.shutdown();
  }

  /** For requests that `begin` accepts. */
  #createSampler({ callersPerSecond }: TracingSettings): Sampler {
    const remoteParentSampled = new FollowCallers(callersPerSecond, () => {
      this.spans.unfollowed++;
    });
    return new ParentBasedSampler({ root: new AlwaysOnSampler(), remoteParentSampled });
  }
}

/** Share of the recorded traces that begin here. */
function readShare({ sampler, ratio }: TracingSettings): number {
  return { parentbased_always_on: 1, parentbased_always_off: 0, parentbased_traceidratio: ratio }[sampler];
}
