import { rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { listFolder, readFileIfPresent } from "../../machine/files.ts";
import { readProcess } from "../../machine/process.ts";
import { readProcessesIn } from "../../machine/process-files.ts";
import { endProcesses } from "../../machine/signals.ts";
import { OperatorError } from "../errors.ts";
import type { EnvironmentFolder, Home } from "../home.ts";

/** How an engine is asked to end, with increasing force. */
const patience = [
  ["SIGINT", 3_000],
  ["SIGTERM", 2_000],
  ["SIGKILL", 2_000],
] as const;

/**
 * Ends an engine whose command was killed: it continues without supervision. It is identified by its working
 * folder. Asked first, because an engine that ends normally records what it did.
 */
export async function endAbandonedEngine(folder: EnvironmentFolder): Promise<boolean> {
  const engines = readProcessesIn(folder.engine).filter(({ terminal }) => !terminal);
  await endProcesses(engines, patience);
  return engines.length > 0;
}

/**
 * Removes stack locks that dead processes of this machine left in the file backend; Pulumi itself never checks
 * whether their process is running. Throws DMM_ENGINE_LOCKED for one that is running or belongs to another
 * machine.
 */
export function removeDeadLocks(home: Home, project: string, name: string): number {
  const directory = lockFolder(home, project, name);
  if (directory === undefined) return 0;
  let removed = 0;
  for (const file of listFiles(directory)) {
    const path = join(directory, file);
    const lock = parseLock(readFileIfPresent(path));
    if (lock !== undefined && (lock.hostname !== hostname() || readProcess(lock.pid) !== undefined)) {
      throw new OperatorError("DMM_ENGINE_LOCKED", {
        name,
        holder: `process ${lock.pid} on ${lock.hostname} since ${lock.timestamp}`,
      });
    }
    rmSync(path, { force: true });
    rmSync(`${path}.attrs`, { force: true });
    removed += 1;
  }
  return removed;
}

interface StackLock {
  readonly pid: number;
  readonly hostname: string;
  readonly timestamp: string;
}

function lockFolder(home: Home, project: string, name: string): string | undefined {
  const url = home.backend;
  if (!url.startsWith("file:///")) return undefined;
  return join(fileURLToPath(url), ".pulumi", "locks", "organization", project, name);
}

function listFiles(directory: string): readonly string[] {
  return listFolder(directory)
    .map(({ name }) => name)
    .filter((file) => file.endsWith(".json"));
}

/** A lock that was truncated by a kill is meaningless; no running process has it. */
function parseLock(text: string | undefined): StackLock | undefined {
  try {
    const lock = JSON.parse(text ?? "") as StackLock;
    return typeof lock.pid === "number" ? lock : undefined;
  } catch {
    return undefined;
  }
}
