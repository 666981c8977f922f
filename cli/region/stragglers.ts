import { type OwnProcess, readOwnProcesses } from "../environment/own-processes.ts";
import { sendSignal, waitUntilGone } from "../environment/process-identity.ts";

/**
 * Ends processes that belong to an environment although no ledger names them: a region that was killed before it wrote
 * its first line, or what runs where the ledger or the whole folder was removed. Somebody's shell or editor that looks
 * there is left alone and reported. Returns what was ended.
 */
export async function endStragglers(directory: string): Promise<readonly OwnProcess[]> {
  const stragglers = readOwnProcesses(directory);
  for (const straggler of stragglers) sendSignal(straggler, "SIGTERM");
  for (const straggler of stragglers) {
    if (await waitUntilGone(straggler, 2_000)) continue;
    sendSignal(straggler, "SIGKILL");
    await waitUntilGone(straggler, 2_000);
  }
  return stragglers;
}

/** Ends at once whatever of an environment listens where clients get in, and the region that would start it again. */
export async function endEdge(directory: string, edge: readonly string[]): Promise<void> {
  const own = readOwnProcesses(directory);
  const regions = own.filter(({ listens }) => listens.some((address) => /\.0\.[1-9]:\d+$/.test(address)));
  const balancers = own.filter(({ listens }) => listens.some((address) => edge.includes(address)));
  const processes = [...regions, ...balancers];
  for (const process of processes) sendSignal(process, "SIGKILL");
  for (const process of processes) await waitUntilGone(process, 2_000);
}
