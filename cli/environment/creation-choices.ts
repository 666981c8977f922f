import { OperatorError } from "../errors.ts";

export const targets = ["local", "aws"] as const;
/** Where an environment runs; part of its record and never changed. */
export type TargetName = (typeof targets)[number];

/**
 * Decisions of `up` when it created an environment. They are stored twice, in the record and in the reservation of
 * its network, before anything else is created, and every later command uses them, whatever the shell's settings
 * are by then.
 */
export interface Origin {
  readonly target: TargetName;
  /** URL of Pulumi's backend. */
  readonly backend: string;
  /** AWS Region. */
  readonly region: string;
  /** AWS account; absent on the local target, where it is derived from the network. */
  readonly account?: string;
}

/** Reads an origin from parsed JSON; undefined if it is incomplete, as in files of an earlier version. */
export function parseOrigin(value: unknown): Origin | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { target, backend, region, account } = value as Record<string, unknown>;
  if (!targets.includes(target as TargetName)) return undefined;
  if (typeof backend !== "string" || typeof region !== "string") return undefined;
  return {
    target: target as TargetName,
    backend,
    region,
    ...(typeof account === "string" && { account }),
  };
}

/** Throws DMM_TARGET_MISMATCH if --target differs from the environment's target. */
export function requireSameTarget(name: string, actual: TargetName, asked: TargetName | undefined): void {
  if (asked === undefined || asked === actual) return;
  throw new OperatorError("DMM_TARGET_MISMATCH", { name, actual, asked });
}
