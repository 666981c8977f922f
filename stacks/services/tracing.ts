import type { PlatformConfig } from "../config/config.ts";

/** OpenTelemetry's variables; none without a collector, so that gateways load nothing of it. */
export function traceEnvironment(config: PlatformConfig): Readonly<Record<string, string>> {
  if (config.traceEndpoint === undefined) return {};
  return {
    OTEL_EXPORTER_OTLP_ENDPOINT: config.traceEndpoint,
    OTEL_TRACES_SAMPLER: "parentbased_traceidratio",
    OTEL_TRACES_SAMPLER_ARG: String(config.traceRatio),
  };
}
