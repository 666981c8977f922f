import { readdirSync, readlinkSync, statSync } from "node:fs";
import { readLoopbackListeners } from "./listeners.ts";
import {
  isInside,
  type NeighbourProcess,
  readLivingProcesses,
  resolveFolder,
  worksIn,
} from "./process-identity.ts";

/** A process of an environment, with the numbers of the loopback networks on which it listens. */
export interface OwnProcess extends NeighbourProcess {
  readonly listens: readonly string[];
  readonly networks: readonly number[];
}

/**
 * Processes proven to belong to the environment of this folder, even if the folder was removed: of this user,
 * without a terminal, and writing their output to the folder, or listening in a network of environments
 * (127.E.0.0/16) while they run in the folder or have a file of it open. An editor in the folder, or a program
 * that reads a log, does not match.
 */
export function readOwnProcesses(directory: string): readonly OwnProcess[] {
  const folder = resolveFolder(directory);
  const listeners = readLoopbackListeners();
  return readLivingProcesses().flatMap((status) => {
    if (status.pid === process.pid || status.terminal || !isOwnUser(status.pid)) return [];
    const open = readOpenFiles(status.pid);
    const held = listeners.filter(({ inode }) => [...open.values()].includes(`socket:[${inode}]`));
    const writes = ["1", "2"].some((fd) => isInside(open.get(fd), folder));
    const serves = held.some(({ network }) => network !== 0);
    const uses = () =>
      worksIn(status.pid, folder) || [...open.values()].some((path) => isInside(path, folder));
    if (!(writes || (serves && uses()))) return [];
    const listens = held.map(({ address }) => address);
    return [{ ...status, listens, networks: [...new Set(held.map(({ network }) => network))] }];
  });
}

function isOwnUser(pid: number): boolean {
  try {
    return statSync(`/proc/${pid}`).uid === process.getuid?.();
  } catch {
    return false;
  }
}

/** By file descriptor number; empty if the process is gone. */
function readOpenFiles(pid: number): ReadonlyMap<string, string> {
  const open = new Map<string, string>();
  try {
    for (const fd of readdirSync(`/proc/${pid}/fd`)) {
      try {
        open.set(fd, readlinkSync(`/proc/${pid}/fd/${fd}`));
      } catch {
        // Closed between listing and reading.
      }
    }
  } catch {
    // It ended.
  }
  return open;
}
