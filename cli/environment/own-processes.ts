import { readListeners } from "../../machine/listeners.ts";
import { networkOf } from "../../machine/loopback-networks.ts";
import { type ProcessStatus, readProcesses } from "../../machine/process.ts";
import { isInside, isOwnUser, readOpenFiles, resolveFolder, worksIn } from "../../machine/process-files.ts";

/** A process of an environment, with the numbers of the loopback networks on which it listens. */
export interface OwnProcess extends ProcessStatus {
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
  const listeners = readListeners();
  return readProcesses().flatMap((status) => {
    if (status.pid === process.pid || status.terminal || !isOwnUser(status.pid)) return [];
    const open = readOpenFiles(status.pid);
    const paths = new Set(open.values());
    const listens = listeners
      .filter(({ inode }) => paths.has(`socket:[${inode}]`))
      .map(({ address }) => address)
      .filter((address) => networkOf(address) !== undefined);
    const networks = [...new Set(listens.flatMap((address) => networkOf(address) ?? []))];
    const writes = ["1", "2"].some((fd) => isInside(open.get(fd), folder));
    const serves = networks.some((network) => network !== 0);
    const uses = () => worksIn(status.pid, folder) || [...paths].some((path) => isInside(path, folder));
    return writes || (serves && uses()) ? [{ ...status, listens, networks }] : [];
  });
}
