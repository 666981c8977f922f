import { join } from "node:path";
import { readLines } from "../../machine/line-file.ts";
import { isAlive, type ProcessIdentity } from "../../machine/process.ts";
import { endProcesses } from "../../machine/signals.ts";

/** A process that a region started and did not see end (docs/local-region.md, "The folder"). */
export interface LedgerEntry {
  readonly name: string;
  readonly listens: readonly string[];
  readonly process?: ProcessIdentity;
}

interface LedgerLine {
  readonly event: "starting" | "started" | "ended";
  readonly name: string;
  readonly listens?: readonly string[];
  readonly pid?: number;
  readonly startTime?: number;
}

/** Reads a region's ledger without the region. Invalid lines are skipped. */
export function readLedger(directory: string): readonly LedgerEntry[] {
  const entries = new Map<string, LedgerEntry>();
  for (const line of readLines(join(directory, "ledger.jsonl")).filter(isLedgerLine)) {
    const known = entries.get(line.name) ?? { name: line.name, listens: [] };
    if (line.event === "ended") entries.delete(line.name);
    else if (line.event === "starting")
      entries.set(line.name, { name: line.name, listens: line.listens ?? [] });
    else if (typeof line.pid === "number" && typeof line.startTime === "number")
      entries.set(line.name, { ...known, process: { pid: line.pid, startTime: line.startTime } });
  }
  return [...entries.values()];
}

function isLedgerLine(value: unknown): value is LedgerLine {
  return typeof (value as Partial<LedgerLine> | null)?.name === "string";
}

/**
 * Ends every load balancer that a region started, by pid and start time. For a region that is dead or does not
 * respond: a working one would restart them. Returns how many were ended.
 */
export async function endBalancers(directory: string): Promise<number> {
  const living = balancers(directory)
    .map(({ process }) => process)
    .filter((identity) => identity !== undefined && isAlive(identity)) as ProcessIdentity[];
  await endProcesses(living, [["SIGKILL", 2_000]]);
  return living.length;
}

function balancers(directory: string): readonly LedgerEntry[] {
  return readLedger(directory).filter(({ name }) => name.startsWith("haproxy/"));
}
