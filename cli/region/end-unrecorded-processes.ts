import { endProcesses } from "../../machine/signals.ts";
import { type OwnProcess, readOwnProcesses } from "../environment/own-processes.ts";

/**
 * Ends processes that belong to an environment although no ledger names them: a region that was killed before it
 * wrote its first line, or processes whose ledger or whole folder was removed. A user's shell or editor in the
 * folder is left alone and reported. Returns what was ended.
 */
export async function endStragglers(directory: string): Promise<readonly OwnProcess[]> {
  const stragglers = readOwnProcesses(directory);
  await endProcesses(stragglers, [
    ["SIGTERM", 2_000],
    ["SIGKILL", 2_000],
  ]);
  return stragglers;
}

/**
 * Immediately ends every process of an environment that listens at the edge, and the region that would restart it.
 */
export async function endEdge(directory: string, edge: readonly string[]): Promise<void> {
  const own = readOwnProcesses(directory);
  const regions = own.filter(({ listens }) => listens.some((address) => /\.0\.[1-9]:\d+$/.test(address)));
  const balancers = own.filter(({ listens }) => listens.some((address) => edge.includes(address)));
  await endProcesses([...regions, ...balancers], [["SIGKILL", 2_000]]);
}
