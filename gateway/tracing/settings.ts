/** Tracing settings; absent if tracing is off. The exporter reads the collector's address itself. */
export interface TracingSettings {
  readonly sampler: (typeof samplers)[number];
  /** Share of the traces that begin here, from 0 to 1; any other trace follows its parent. */
  readonly ratio: number;
  /** Maximum number of traces a second from callers that are continued. */
  readonly callersPerSecond: number;
}

const mostCallersPerSecond = 100_000;

const samplers = ["parentbased_always_on", "parentbased_always_off", "parentbased_traceidratio"] as const;

/** The reader of the gateway's variables, as far as it is needed here. */
interface Variables {
  readonly problems: string[];
  optional(name: string): string | undefined;
}

/**
 * Reads the variables that OpenTelemetry names.
 * https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
export function readTracing(variables: Variables): TracingSettings | undefined {
  if (variables.optional("OTEL_SDK_DISABLED")?.toLowerCase() === "true") return undefined;
  const exporter = variables.optional("OTEL_TRACES_EXPORTER");
  if (exporter === "none") return undefined;
  const endpoints = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"];
  if (exporter === undefined && endpoints.every((name) => variables.optional(name) === undefined))
    return undefined;
  const refuse = (name: string, allowed: string) =>
    variables.problems.push(`${name} is ${JSON.stringify(variables.optional(name))}; it must be ${allowed}.`);
  if (exporter !== undefined && exporter !== "otlp") refuse("OTEL_TRACES_EXPORTER", "otlp or none");
  for (const name of endpoints) {
    const text = variables.optional(name);
    if (text !== undefined && URL.parse(text)?.protocol.startsWith("http") !== true)
      refuse(name, "an http or https address");
  }
  for (const name of ["OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"])
    if ((variables.optional(name) ?? "http/json") !== "http/json") refuse(name, "http/json");
  const named = variables.optional("OTEL_TRACES_SAMPLER") ?? "parentbased_always_on";
  const sampler = samplers.find((one) => one === named);
  if (sampler === undefined) refuse("OTEL_TRACES_SAMPLER", samplers.join(", "));
  const ratio = Number(variables.optional("OTEL_TRACES_SAMPLER_ARG") ?? "1");
  if (!(ratio >= 0 && ratio <= 1)) refuse("OTEL_TRACES_SAMPLER_ARG", "0 to 1");
  const callersPerSecond = Number(variables.optional("TRACE_CALLERS_PER_SECOND") ?? "100");
  if (
    !(Number.isInteger(callersPerSecond) && callersPerSecond >= 0 && callersPerSecond <= mostCallersPerSecond)
  )
    refuse("TRACE_CALLERS_PER_SECOND", `0 to ${mostCallersPerSecond}`);
  return { sampler: sampler ?? "parentbased_always_on", ratio, callersPerSecond };
}
