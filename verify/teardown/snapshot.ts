import type { Difference } from "../difference.ts";
import type { Target } from "../target.ts";

/**
 * Data for finding remains of an environment after its teardown. Plain data: it outlives the environment on disk.
 */
export interface TeardownSnapshot {
  readonly environment: string;
  readonly kind: Target["kind"];
  /** Its former addresses. */
  readonly addresses: readonly { readonly what: string; readonly host: string; readonly port: number }[];
  readonly differences: readonly Difference[];
  readonly aws: { readonly region: string; readonly endpoint?: string };
}

/** Records an environment's addresses before its teardown. */
export function readTeardownSnapshot(target: Target): TeardownSnapshot {
  const { ingress, outputs, aws } = target;
  const { database, cache } = outputs;
  return {
    environment: target.environment,
    kind: target.kind,
    addresses: [
      { what: "the ingress", host: ingress.connect.host, port: ingress.connect.port },
      ...(ingress.plainPort === undefined
        ? []
        : [{ what: "the ingress's plain HTTP port", host: ingress.connect.host, port: ingress.plainPort }]),
      { what: "the database's writer", host: database.writerEndpoint, port: database.port },
      { what: "the database's readers", host: database.readerEndpoint, port: database.port },
      { what: "the cache", host: cache.configurationEndpoint, port: cache.port },
    ],
    differences: target.differences,
    aws: { region: aws.region, ...(aws.endpoint === undefined ? {} : { endpoint: aws.endpoint }) },
  };
}
