import { findDeliveryProblem, type Percentiles } from "../../verify/load/response.ts";
import { spread } from "../statistics.ts";
import { generate } from "./load/generator.ts";
import { type GeneratorPlan, renderRequest } from "./load/plan.ts";
import { type Participant, planLoad } from "./participants.ts";
import { report } from "./progress.ts";
import { httpPort } from "./test-bed/network.ts";
import { serverName, type TestBed } from "./test-bed/test-bed.ts";

/** Medians over the rounds, in milliseconds from the intended send time. */
export interface Latency {
  readonly p50: number;
  readonly p99: number;
  /** p99 beyond the upstream's own at the same rate. */
  readonly addedP99: number;
  /** Why some rounds are invalid; they are not in the medians. */
  readonly problems: readonly string[];
}

const direct = "direct";
const seconds = 3;

/** Latency of every contender at the same fixed rate, and of the upstream directly. */
export async function measureLatency(
  all: readonly Participant[],
  { network }: TestBed,
  options: { readonly rounds: number; readonly arrivalsPerSecond: number },
): Promise<Readonly<Record<string, Latency | { readonly problems: readonly string[] }>>> {
  const { rounds, arrivalsPerSecond } = options;
  const plans: [string, GeneratorPlan][] = [
    [
      direct,
      {
        destination: { host: network.upstream, port: httpPort },
        requests: [renderRequest("/", serverName, { accept: "*/*" })],
        connections: 64,
        seconds,
      },
    ],
    ...all.map(({ contender, running }): [string, GeneratorPlan] => [
      contender.name,
      planLoad(running, seconds),
    ]),
  ];
  const measured = new Map(
    plans.map(([name]) => [name, { good: [] as Percentiles[], problems: [] as string[] }]),
  );
  for (let round = 0; round < rounds; round++) {
    for (const [name, plan] of plans) {
      const load = await generate({ ...plan, arrivalsPerSecond, connections: 256 });
      const { good, problems } = measured.get(name)!;
      const problem = findDeliveryProblem(load, 10) ?? findFailure(load.kinds);
      if (problem === undefined) good.push(load.response);
      else problems.push(problem);
    }
    report(`latency at ${arrivalsPerSecond}/s, round ${round + 1} of ${rounds}`);
  }
  const base = middle(measured.get(direct)!.good)?.p99 ?? 0;
  return Object.fromEntries(
    [...measured].map(([name, { good, problems }]) => {
      const found = middle(good);
      return [
        name,
        found === undefined ? { problems } : { ...found, addedP99: round3(found.p99 - base), problems },
      ];
    }),
  );
}

function findFailure(kinds: Readonly<Record<string, number>>): string | undefined {
  const others = Object.entries(kinds).filter(([kind]) => kind !== "200");
  return others.length === 0 ? undefined : others.map(([kind, count]) => `${count} × ${kind}`).join(", ");
}

function middle(series: readonly Percentiles[]): { readonly p50: number; readonly p99: number } | undefined {
  if (series.length === 0) return undefined;
  return {
    p50: spread(series.map(({ p50 }) => p50)).median,
    p99: spread(series.map(({ p99 }) => p99)).median,
  };
}

function round3(value: number): number {
  return Math.round(value * 1000) / 1000;
}
