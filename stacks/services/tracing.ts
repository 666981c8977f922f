import type { PlatformConfig } from "../config.ts";

/** Variables that OpenTelemetry names; none where there is no collector, so that gateways load nothing of it. */
export function traceEnvironment(config: PlatformConfig): Readonly<Record<string, string>> {
  if (config.traceEndpoint === undefined) return {};
  return {
    OTEL_EXPORTER_OTLP_ENDPOINT: config.traceEndpoint,
    OTEL_TRACES_SAMPLER: "parentbased_traceidratio",
    OTEL_TRACES_SAMPLER_ARG: String(config.traceRatio),
  };
}
