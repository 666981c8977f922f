import {
  type NeighbourProcess,
  readProcessesIn,
  sendSignal,
  waitUntilGone,
} from "../environment/process-identity.ts";

/**
 * Ends processes that work in a region's folder although no ledger names them: a region that was killed before it wrote
 * its first line, or one whose ledger was removed. One with a terminal is somebody's shell or editor that happens to
 * look there: it is left alone and reported. Returns what was ended.
 */
export async function endStragglers(directory: string): Promise<readonly NeighbourProcess[]> {
  const stragglers = readProcessesIn(directory).filter(({ terminal }) => !terminal);
  for (const straggler of stragglers) sendSignal(straggler, "SIGTERM");
  for (const straggler of stragglers) {
    if (await waitUntilGone(straggler, 2_000)) continue;
    sendSignal(straggler, "SIGKILL");
    await waitUntilGone(straggler, 2_000);
  }
  return stragglers;
}
