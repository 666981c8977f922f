import { existsSync, globSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { findListeners, type OwnedListener } from "../../machine/listeners.ts";
import { readProcesses } from "../../machine/process.ts";
import { isInside, readOpenFiles, readWorkingDirectory } from "../../machine/process-files.ts";
import { endStrays, findStrays, type Stray } from "./end-ledger-processes.ts";

export interface FoundProcess {
  readonly pid: number;
  readonly name: string;
  /** `ledger`, `working directory …` or `open file …`. */
  readonly why: string;
}

export interface Inventory {
  readonly processes: readonly FoundProcess[];
  readonly listeners: readonly OwnedListener[];
  readonly files: readonly string[];
}

const mostFiles = 200;

/** Ends every running process of a region's ledger, the region itself first. */
export async function sweep(directory: string): Promise<{ readonly ended: readonly Stray[] }> {
  return { ended: existsSync(directory) ? await endStrays(realpathSync(directory)) : [] };
}

/**
 * The current leftovers, from three sources that are independent of Pulumi's state and of each other: ledger,
 * kernel and disk.
 */
export function inventory(request: { readonly directory: string; readonly network?: string }): Inventory {
  const there = existsSync(request.directory);
  const directory = there ? realpathSync(request.directory) : request.directory;
  return {
    processes: findProcesses(directory),
    listeners: request.network === undefined ? [] : findListeners(request.network),
    files: there ? findFiles(directory) : [],
  };
}

function findProcesses(directory: string): readonly FoundProcess[] {
  const found = new Map<number, FoundProcess>();
  for (const { pid, name } of findStrays(directory)) found.set(pid, { pid, name, why: "ledger" });
  for (const { pid, command } of readProcesses()) {
    if (pid === process.pid || found.has(pid)) continue;
    const why = useOf(pid, directory);
    if (why !== undefined) found.set(pid, { pid, name: command, why });
  }
  return [...found.values()];
}

function useOf(pid: number, directory: string): string | undefined {
  const working = readWorkingDirectory(pid);
  if (isInside(working, directory)) return `working directory ${working}`;
  const open = [...readOpenFiles(pid).values()].find((path) => isInside(path, directory));
  return open === undefined ? undefined : `open file ${open}`;
}

function findFiles(directory: string): readonly string[] {
  const inside = globSync("**/*", { cwd: directory }).slice(0, mostFiles - 1);
  return [directory, ...inside.map((name) => join(directory, name))];
}
