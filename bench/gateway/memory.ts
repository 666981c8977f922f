import type { Participant } from "./participants.ts";
import { report } from "./progress.ts";
import { play } from "./rounds.ts";

/** Before these, V8 has had no reason to collect old objects: memory rises to its first collection and falls. */
const settling = 2_000_000;
const watched = 1_000_000;

/** Resident memory of our gateway over a million requests, once it has settled: flat means no leak. */
export async function watchMemory(participant: Participant): Promise<unknown> {
  const series: { readonly requests: number; readonly residentMiB: number }[] = [];
  let requests = 0;
  while (requests < settling + watched) {
    const turn = await play(participant, 5);
    requests += turn.requests;
    series.push({ requests, residentMiB: Math.round(turn.residentMiB * 10) / 10 });
    report(`memory after ${requests} requests: ${turn.residentMiB.toFixed(1)} MiB`);
  }
  const settled = series.filter((sample) => sample.requests >= settling);
  return { series, settledAfterRequests: settling, growthMiBPerMillion: computeSlope(settled) };
}

/** Least-squares slope, in MiB per million requests. */
export function computeSlope(
  series: readonly { readonly requests: number; readonly residentMiB: number }[],
): number {
  const count = series.length;
  const meanX = series.reduce((sum, { requests }) => sum + requests, 0) / count;
  const meanY = series.reduce((sum, { residentMiB }) => sum + residentMiB, 0) / count;
  let numerator = 0;
  let denominator = 0;
  for (const { requests, residentMiB } of series) {
    numerator += (requests - meanX) * (residentMiB - meanY);
    denominator += (requests - meanX) ** 2;
  }
  return denominator === 0 ? 0 : Math.round((numerator / denominator) * 1_000_000 * 10) / 10;
}
