import { describeMachine } from "../machine.ts";
import type { Options } from "../options.ts";
import { spread } from "../statistics.ts";
import { measureChain } from "./chain.ts";
import { measureLatency } from "./latency.ts";
import { saturatedBy } from "./load/saturate.ts";
import { watchMemory } from "./memory.ts";
import { type Participant, startParticipants } from "./participants.ts";
import { canPin } from "./processes/cores.ts";
import { computeRatios } from "./ratios.ts";
import { playRounds, type Turn } from "./rounds.ts";
import { startTestBed } from "./test-bed/test-bed.ts";
import { responseBytes } from "./test-bed/upstream.ts";

const latencyRounds = 3;

/** Our gateway beside others in one run: cost per request, latency, the whole chain, memory. */
export async function measure({ runs, only, million }: Options): Promise<unknown> {
  const machine = describeMachine();
  await using testBed = await startTestBed();
  await using participants = await startParticipants(testBed, only);
  const turns = await playRounds(participants.all, runs);
  const arrivalsPerSecond = computeHalfLoad(turns);
  const latency = await measureLatency(participants.all, testBed, {
    rounds: latencyRounds,
    arrivalsPerSecond,
  });
  const own = participants.all.find(({ contender }) => contender.name === "own-token");
  const memory = million && own !== undefined ? await watchMemory(own) : undefined;
  const chain = own === undefined ? undefined : await measureChain(testBed, participants.all.length);
  return {
    benchmark: "gateway",
    runs,
    machine: { ...machine, loadAverage1mAfter: describeMachine().loadAverage1m },
    method: {
      responseBytes,
      saturatedBy,
      pinned: canPin,
      latencyAtArrivalsPerSecond: arrivalsPerSecond,
      ownAccessLog: "off, for every contender",
    },
    ratios: computeRatios(turns),
    contenders: participants.all.map((participant) => summarize(participant, turns, latency)),
    absent: participants.absent,
    ...(chain === undefined ? {} : { chain }),
    ...(memory === undefined ? {} : { memory }),
  };
}

/** The generator shares a core with the stores; load that it cannot deliver on time proves nothing. */
const mostArrivalsPerSecond = 8000;

/**
 * Half of the throughput of our gateway with token check; the same rate for every contender, so that latencies are
 * comparable.
 */
function computeHalfLoad(turns: ReadonlyMap<string, readonly Turn[]>): number {
  const own = turns.get("own-token") ?? [...turns.values()][0]!;
  const half = Math.round(spread(own.map((turn) => turn.requestsPerSecond)).median / 200) * 100;
  return Math.min(Math.max(100, half), mostArrivalsPerSecond);
}

function summarize(
  { contender }: Participant,
  turns: ReadonlyMap<string, readonly Turn[]>,
  latency: Readonly<Record<string, unknown>>,
): unknown {
  const own = turns.get(contender.name)!;
  const cpuMicroseconds = spread(own.map((turn) => turn.cpuMicroseconds));
  const resident = own.map(({ residentMiB }) => Math.round(residentMiB * 10) / 10);
  return {
    name: contender.name,
    checks: contender.checks,
    cpuMicrosecondsPerRequest: cpuMicroseconds,
    requestsPerSecondPerCore: Math.round(1_000_000 / cpuMicroseconds.median),
    requestsPerSecond: Math.round(spread(own.map((turn) => turn.requestsPerSecond)).median),
    busyShareOfItsCore: spread(own.map((turn) => turn.busy)).median,
    latencyMs: latency[contender.name],
    memory: {
      residentMiBAfterFirstRound: resident[0],
      residentMiBAfterLastRound: resident.at(-1),
      requests: own.reduce((sum, turn) => sum + turn.requests, 0),
    },
  };
}
