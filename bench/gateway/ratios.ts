import { spread } from "../statistics.ts";
import type { Turn } from "./rounds.ts";

/** Goals of our gateway, each a ratio of two contenders in the same rounds. */
const targets = [
  { of: "own-token", to: "haproxy-jwt-rs256", what: "cpu", atMost: 1.25 },
  { of: "own-token", to: "envoy-jwt-rs256", what: "cpu", atMost: 0.6 },
  { of: "own-token", to: "fastify-http-proxy", what: "throughputPerCore", atLeast: 1.3 },
] as const;

export interface Ratio {
  readonly ratio: string;
  readonly what: "cpu" | "throughputPerCore";
  readonly reach: string;
  /** Median of the ratios of each round: a noisy minute affects both alike. */
  readonly median: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly reached: boolean;
}

/** The ratios for which both contenders are available. */
export function computeRatios(turns: ReadonlyMap<string, readonly Turn[]>): readonly Ratio[] {
  return targets.flatMap((target) => {
    const ours = turns.get(target.of);
    const theirs = turns.get(target.to);
    if (ours === undefined || theirs === undefined) return [];
    const values = ours.map((turn, round) => {
      const ratio = turn.cpuMicroseconds / theirs[round]!.cpuMicroseconds;
      return target.what === "cpu" ? ratio : 1 / ratio;
    });
    const found = spread(values);
    const reached = "atMost" in target ? found.median <= target.atMost : found.median >= target.atLeast;
    const reach = "atMost" in target ? `at most ${target.atMost}` : `at least ${target.atLeast}`;
    return [{ ratio: `${target.of} / ${target.to}`, what: target.what, reach, ...found, reached }];
  });
}
