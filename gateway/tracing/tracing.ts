import type { Tracer } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { detectResources, envDetector, resourceFromAttributes } from "@opentelemetry/resources";
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BasicTracerProvider,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
} from "@opentelemetry/sdk-trace-base";
import {
  ATTR_DEPLOYMENT_ENVIRONMENT_NAME,
  ATTR_SERVICE_INSTANCE_ID,
  ATTR_SERVICE_NAME,
} from "@opentelemetry/semantic-conventions";
import type { Logger } from "../logger.ts";
import type { Exchange } from "../request/exchange.ts";
import { nameInstance, workerVariables } from "../siblings.ts";
import { FollowCallers } from "./follow-callers.ts";
import { RequestTrace } from "./request-trace.ts";
import type { TracingSettings } from "./settings.ts";
import { SpanQueue } from "./span-queue.ts";

/** Longest text of one attribute: what waits for the collector must have a bound in bytes too. */
const attributeLimit = 1024;

/** Spans of requests on their way to a collector. Imported only where tracing is on. */
export class Tracing {
  readonly spans: SpanQueue;
  readonly #provider: BasicTracerProvider;
  readonly #tracer: Tracer;

  constructor(settings: TracingSettings, environment: string, logger: Logger) {
    this.spans = new SpanQueue(new OTLPTraceExporter(), logger);
    const described = resourceFromAttributes({
      [ATTR_SERVICE_NAME]: "gateway",
      [ATTR_SERVICE_INSTANCE_ID]: `${nameInstance()}-${process.env[workerVariables.number] ?? "1"}`,
      [ATTR_DEPLOYMENT_ENVIRONMENT_NAME]: environment,
    });
    this.#provider = new BasicTracerProvider({
      // `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` go before what we call ourselves.
      resource: described.merge(detectResources({ detectors: [envDetector] })),
      sampler: chooseSampler(settings, this.spans),
      spanLimits: { attributeValueLengthLimit: attributeLimit },
      spanProcessors: [this.spans],
    });
    this.#tracer = this.#provider.getTracer("gateway");
  }

  /** Begins the span of a request, as a child of the caller's where it named one. */
  begin(exchange: Exchange): void {
    exchange.trace = new RequestTrace(this.#tracer, exchange);
  }

  /** Delivers what waits. */
  close(): Promise<void> {
    return this.#provider.shutdown();
  }
}

function chooseSampler({ sampler, ratio, callersPerSecond }: TracingSettings, spans: SpanQueue): Sampler {
  const root = {
    parentbased_always_on: () => new AlwaysOnSampler(),
    parentbased_always_off: () => new AlwaysOffSampler(),
    parentbased_traceidratio: () => new TraceIdRatioBasedSampler(ratio),
  }[sampler]();
  const remoteParentSampled = new FollowCallers(callersPerSecond, () => {
    spans.unfollowed++;
  });
  return new ParentBasedSampler({ root, remoteParentSampled });
}
