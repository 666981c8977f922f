import { saturate } from "./load/saturate.ts";
import { type Participant, planLoad } from "./participants.ts";
import { readUsage } from "./processes/usage.ts";
import { report } from "./progress.ts";

/** One contender's result in one round at saturation. */
export interface Turn {
  /** Processor time of all its processes and threads, in microseconds per request. */
  readonly cpuMicroseconds: number;
  readonly requestsPerSecond: number;
  /** Share of one core that it used: well below 1, something else was the limit. */
  readonly busy: number;
  readonly residentMiB: number;
  readonly requests: number;
}

const warmUpSeconds = 3;
const turnSeconds = 2;

/**
 * Results of every contender, by name, one per round: rounds interleave, so that a noisy minute affects all alike.
 */
export async function playRounds(all: readonly Participant[], rounds: number): Promise<Map<string, Turn[]>> {
  const turns = new Map<string, Turn[]>(all.map(({ contender }) => [contender.name, []]));
  for (const participant of all) await play(participant, warmUpSeconds);
  for (let round = 0; round < rounds; round++) {
    const line: string[] = [];
    for (let index = 0; index < all.length; index++) {
      // The starting contender rotates: the order must not decide.
      const participant = all[(index + round) % all.length]!;
      const turn = await play(participant, turnSeconds);
      turns.get(participant.contender.name)!.push(turn);
      line.push(`${participant.contender.name} ${Math.round(turn.cpuMicroseconds)}`);
    }
    report(`round ${round + 1} of ${rounds}, µs per request: ${line.join(", ")}`);
  }
  return turns;
}

/** @throws Error when a request failed: then nothing was measured */
export async function play({ contender, running }: Participant, seconds: number): Promise<Turn> {
  const before = readUsage(running.process.pid);
  const { requests, failed, seconds: lasted } = await saturate(planLoad(running, seconds));
  const after = readUsage(running.process.pid);
  if (failed > 0 || requests === 0)
    throw new Error(
      `${contender.name}: ${failed} of ${requests} requests failed.\n${running.process.output}`,
    );
  const cpuMs = after.cpuMs - before.cpuMs;
  return {
    cpuMicroseconds: (cpuMs * 1000) / requests,
    requestsPerSecond: requests / lasted,
    busy: cpuMs / 1000 / lasted,
    residentMiB: after.residentBytes / 2 ** 20,
    requests,
  };
}
