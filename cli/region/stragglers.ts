import { readFileSync } from "node:fs";
import { readStartTime, sendSignal, waitUntilGone } from "../environment/process-identity.ts";
import type { Inventory } from "./inventory.ts";

/**
 * Ends processes that live in a region's folder although no ledger names them. One with a terminal is somebody's shell
 * or editor that happens to look there: it is left alone and reported. Returns what was ended.
 */
export async function endStragglers(processes: Inventory["processes"]): Promise<readonly string[]> {
  const ended: string[] = [];
  for (const { pid, name } of processes) {
    const startTime = readStartTime(pid);
    if (startTime === undefined || hasTerminal(pid)) continue;
    const identity = { pid, startTime };
    sendSignal(identity, "SIGTERM");
    if (!(await waitUntilGone(identity, 1_000))) sendSignal(identity, "SIGKILL");
    if (await waitUntilGone(identity, 2_000)) ended.push(`${pid} ${name}`);
  }
  return ended;
}

/** Controlling terminal from `/proc/<pid>/stat` (proc(5), field 7); 0 is none. */
function hasTerminal(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[4] !== "0";
  } catch {
    return false;
  }
}
