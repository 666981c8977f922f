import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { readProcesses } from "./process-identity.ts";

export interface FoundListener {
  readonly address: string;
  readonly pid?: number;
}

/** TCP_LISTEN in `/proc/net/tcp`. */
const listening = "0A";

/** Listeners in a loopback block such as `127.23`. */
export function findListeners(network: string): readonly FoundListener[] {
  return withOwners((address) => address.startsWith(`${network}.`));
}

/** Listeners on exactly this address and port, or on this port of every address (0.0.0.0 and [::]). */
export function findHolders(address: string): readonly FoundListener[] {
  const everywhere = `0.0.0.0:${address.split(":")[1]}`;
  return withOwners((taken) => taken === address || taken === everywhere);
}

/** Whether a process listens on this port of every address; [::] may or may not include IPv4. */
export function listensEverywhere(port: number): boolean {
  return readListeners((address) => address === `0.0.0.0:${port}`).length > 0;
}

function withOwners(wanted: (address: string) => boolean): readonly FoundListener[] {
  const sockets = readListeners(wanted);
  if (sockets.length === 0) return [];
  const owners = readSocketOwners();
  return sockets.map(({ address, inode }) => {
    const pid = owners.get(inode);
    return pid === undefined ? { address } : { address, pid };
  });
}

function readListeners(
  wanted: (address: string) => boolean,
): readonly { readonly address: string; readonly inode: string }[] {
  return ["/proc/net/tcp", "/proc/net/tcp6"]
    .filter((table) => existsSync(table))
    .flatMap((table) => readFileSync(table, "latin1").split("\n").slice(1))
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === listening)
    .map((fields) => ({ address: readAddress(fields[1] ?? ""), inode: fields[9] ?? "" }))
    .filter(({ address }) => wanted(address));
}

/**
 * `0100177F:1F90` is 127.23.0.1:8080: the kernel prints addresses in the machine's byte order, here little-endian.
 */
function readAddress(text: string): string {
  const [address = "", port = ""] = text.split(":");
  const bytes = Buffer.from(address.slice(-8), "hex").reverse();
  return `${bytes.join(".")}:${Number.parseInt(port, 16)}`;
}

function readSocketOwners(): ReadonlyMap<string, number> {
  const owners = new Map<string, number>();
  for (const { pid } of readProcesses()) {
    for (const link of readLinks(`/proc/${pid}/fd`)) {
      const inode = /^socket:\[(\d+)\]$/.exec(link)?.[1];
      if (inode !== undefined) owners.set(inode, pid);
    }
  }
  return owners;
}

export function readLink(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

/** Open files of a process. Other users' processes cannot be read, and cannot have ours open. */
export function readLinks(folder: string): readonly string[] {
  try {
    return readdirSync(folder).flatMap((name) => readLink(join(folder, name)) ?? []);
  } catch {
    return [];
  }
}

/** The kernel's name of a program. */
export function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
  } catch {
    return "gone meanwhile";
  }
}
