import { rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { listFolder, readFileIfThere } from "../environment/file.ts";
import {
  readProcessesIn,
  readStartTime,
  sendSignal,
  waitUntilGone,
} from "../environment/process-identity.ts";
import { OperatorError } from "../errors.ts";
import type { EnvironmentFolder, Home } from "../home.ts";

/** How an engine is asked to end, each time more firmly. */
const patience = [
  ["SIGINT", 3_000],
  ["SIGTERM", 2_000],
  ["SIGKILL", 2_000],
] as const;

/**
 * Ends an engine whose command was killed: it works on alone, without anybody to answer for it. It is known by the
 * folder that it works in. Asked first, because an engine that ends by itself writes down what it did.
 */
export async function endAbandonedEngine(folder: EnvironmentFolder): Promise<boolean> {
  const engines = readProcessesIn(folder.engine).filter(({ terminal }) => !terminal);
  for (const engine of engines) {
    for (const [signal, withinMs] of patience) {
      sendSignal(engine, signal);
      if (await waitUntilGone(engine, withinMs)) break;
    }
  }
  return engines.length > 0;
}

/**
 * Removes the locks on a stack that dead processes of this machine left in the file backend; Pulumi itself never looks
 * whether their process lives. Throws DMM_ENGINE_LOCKED for one that is alive or of another machine.
 */
export function removeDeadLocks(home: Home, project: string, name: string): number {
  const directory = lockFolder(home, project, name);
  if (directory === undefined) return 0;
  let removed = 0;
  for (const file of listFiles(directory)) {
    const path = join(directory, file);
    const lock = parseLock(readFileIfThere(path));
    if (lock !== undefined && (lock.hostname !== hostname() || readStartTime(lock.pid) !== undefined)) {
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

/** A lock that was cut short by a kill says nothing; no living process has it. */
function parseLock(text: string | undefined): StackLock | undefined {
  try {
    const lock = JSON.parse(text ?? "") as StackLock;
    return typeof lock.pid === "number" ? lock : undefined;
  } catch {
    return undefined;
  }
}
