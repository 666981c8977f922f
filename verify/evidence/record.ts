import type { Secrets } from "./secrets.ts";

/** One thing that a check saw. */
export interface Observation {
  readonly name: string;
  readonly value: unknown;
}

/** Collects what a check observes; without an observation there is no verdict. */
export interface Evidence {
  record(name: string, value: unknown): void;
  readonly observations: readonly Observation[];
}

/** Evidence that never holds a secret: every value passes the redaction on its way in. */
export function createEvidence(secrets: Secrets): Evidence {
  const observations: Observation[] = [];
  return {
    observations,
    record(name, value) {
      observations.push({ name, value: secrets.redact(value) });
    },
  };
}
