import type { Target } from "./target.ts";

/** Effort of a run. Every profile checks every claim; they differ in load and time limits. */
export interface Profile {
  readonly name: string;
  /** Load while a fault is injected. */
  readonly arrivalsPerSecond: number;
  /** Undisturbed load before a fault: the baseline of the measurement. */
  readonly steadyMs: number;
  /** Undisturbed load that must follow before a recovery counts. */
  readonly settledMs: number;
  /** Tokens spread over the shards of the cache while one of them is lost. */
  readonly tokens: number;
  /** Longest time from a fault to full service. */
  readonly recoverWithinMs: Readonly<Record<Target["kind"], number>>;
  /** Fills the delivery stream's buffer instead of waiting for its interval. */
  readonly fillsDelivery: boolean;
  /** Longest time from the end of the delivery stream's interval to the object in the bucket. */
  readonly deliverWithinMs: Readonly<Record<Target["kind"], number>>;
}

export const profiles = {
  short: {
    name: "short",
    arrivalsPerSecond: 60,
    steadyMs: 600,
    settledMs: 600,
    tokens: 12,
    recoverWithinMs: { local: 20_000, aws: 300_000 },
    fillsDelivery: true,
    deliverWithinMs: { local: 10_000, aws: 120_000 },
  },
  full: {
    name: "full",
    arrivalsPerSecond: 200,
    steadyMs: 5_000,
    settledMs: 5_000,
    tokens: 48,
    recoverWithinMs: { local: 20_000, aws: 300_000 },
    fillsDelivery: false,
    deliverWithinMs: { local: 10_000, aws: 120_000 },
  },
} as const satisfies Record<string, Profile>;

export type ProfileName = keyof typeof profiles;
