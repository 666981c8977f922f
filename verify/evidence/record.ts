import type { Secrets } from "./secrets.ts";

/** One observation of a check. */
export interface Observation {
  readonly name: string;
  readonly value: unknown;
}

/** Collects a check's observations; without one there is no verdict. */
export interface Evidence {
  record(name: string, value: unknown): void;
  readonly observations: readonly Observation[];
}

/** Evidence that never contains a secret: every value is redacted before it is stored. */
export function createEvidence(secrets: Secrets): Evidence {
  const observations: Observation[] = [];
  return {
    observations,
    record(name, value) {
      observations.push({ name, value: secrets.redact(value) });
    },
  };
}
