import { join } from "node:path";
import { replaceFile } from "../../machine/files.ts";
import { LineFile, readLines } from "../../machine/line-file.ts";
import type { ProcessIdentity } from "../../machine/process.ts";

/** A process in the ledger. Without an identity its start was begun and its fate is unknown. */
export interface LedgerEntry {
  readonly name: string;
  readonly directory: string;
  readonly listens: readonly string[];
  readonly process?: ProcessIdentity;
}

type LedgerLine =
  | {
      readonly event: "starting";
      readonly name: string;
      readonly directory: string;
      readonly listens: readonly string[];
    }
  | { readonly event: "started"; readonly name: string; readonly pid: number; readonly startTime: number }
  | { readonly event: "ended"; readonly name: string };

function ledgerFile(directory: string): string {
  return join(directory, "ledger.jsonl");
}

/**
 * Processes that were started and not seen to end. Invalid lines are skipped: the reader wants to end processes,
 * and half a ledger is better than none.
 */
export function readLedger(directory: string): readonly LedgerEntry[] {
  const entries = new Map<string, LedgerEntry>();
  for (const line of readLines(ledgerFile(directory), () => {}) as readonly LedgerLine[]) {
    const known = entries.get(line.name);
    if (line.event === "starting") {
      entries.set(line.name, { name: line.name, directory: line.directory, listens: line.listens });
    } else if (line.event === "ended") {
      entries.delete(line.name);
    } else if (known) {
      entries.set(line.name, { ...known, process: { pid: line.pid, startTime: line.startTime } });
    }
  }
  return [...entries.values()];
}

/** Every process of the region, recorded before and after its start, so that a kill between the two loses none. */
export class Ledger {
  readonly #lines: LineFile;

  /** Truncates the ledger: the caller has ended what an earlier run left in it. */
  constructor(directory: string) {
    replaceFile(ledgerFile(directory), "");
    this.#lines = new LineFile(ledgerFile(directory));
  }

  writeStarting(entry: {
    readonly name: string;
    readonly directory: string;
    readonly listens: readonly string[];
  }): void {
    this.#write({ event: "starting", name: entry.name, directory: entry.directory, listens: entry.listens });
  }

  writeStarted(name: string, identity: ProcessIdentity): void {
    this.#write({ event: "started", name, pid: identity.pid, startTime: identity.startTime });
  }

  writeEnded(name: string): void {
    this.#write({ event: "ended", name });
  }

  close(): void {
    this.#lines.close();
  }

  #write(line: LedgerLine): void {
    this.#lines.append({ ...line, at: new Date().toISOString() });
  }
}
