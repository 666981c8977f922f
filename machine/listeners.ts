import { readFileSync } from "node:fs";
import { ifThere, readProcesses } from "./process.ts";
import { readOpenFiles } from "./process-files.ts";

/** A listening TCP socket of this machine. */
export interface Listener {
  /** `127.23.0.10:8443`; `0.0.0.0:8443` means every address, including IPv6's. */
  readonly address: string;
  /** Identifies its process by open file: `socket:[12345]`. */
  readonly inode: string;
}

/** A listener with its process; without a pid it is another user's. */
export interface OwnedListener {
  readonly address: string;
  readonly pid?: number;
}

/** TCP_LISTEN in /proc/net/tcp. */
const listening = "0A";
const mappedPrefix = "0000000000000000FFFF0000";
const everyAddress = "0".repeat(32);

/** Every listener on an IPv4 address or on every address, from the kernel's list; proc(5), /proc/net/tcp. */
export function readListeners(): readonly Listener[] {
  return ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((table) => parseListeners(readTable(table)));
}

/** Parses a table of TCP sockets. Listeners on a single IPv6 address are omitted: ours never use one. */
export function parseListeners(table: string): readonly Listener[] {
  return table
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === listening)
    .flatMap((fields) => {
      const address = parseAddress(fields[1] ?? "");
      return address === undefined ? [] : [{ address, inode: fields[9] ?? "" }];
    });
}

/** Listeners in a loopback network such as `127.23`, with their processes. */
export function findListeners(network: string): readonly OwnedListener[] {
  return withOwners(({ address }) => address.startsWith(`${network}.`));
}

/** Listeners on exactly this address and port, or on this port of every address, with their processes. */
export function findHolders(address: string): readonly OwnedListener[] {
  const everywhere = `0.0.0.0:${address.split(":")[1]}`;
  return withOwners((listener) => listener.address === address || listener.address === everywhere);
}

/** Whether a program listens on this port of every address; one of IPv6 may or may not include IPv4. */
export function listensEverywhere(port: number): boolean {
  return readListeners().some(({ address }) => address === `0.0.0.0:${port}`);
}

function withOwners(isWanted: (listener: Listener) => boolean): readonly OwnedListener[] {
  const wanted = readListeners().filter(isWanted);
  if (wanted.length === 0) return [];
  const owners = readSocketOwners();
  return wanted.map(({ address, inode }) => {
    const pid = owners.get(`socket:[${inode}]`);
    return pid === undefined ? { address } : { address, pid };
  });
}

function readSocketOwners(): ReadonlyMap<string, number> {
  const owners = new Map<string, number>();
  for (const { pid } of readProcesses())
    for (const path of readOpenFiles(pid).values()) owners.set(path, pid);
  return owners;
}

/** `0100177F:1F90` is 127.23.0.1:8080: the kernel prints addresses in the machine's byte order, here little-endian. */
function parseAddress(text: string): string | undefined {
  const [address = "", port = ""] = text.split(":");
  if (address.length === 32 && address !== everyAddress && !address.startsWith(mappedPrefix))
    return undefined;
  const bytes = Buffer.from(address.slice(-8), "hex").reverse();
  return `${bytes.join(".")}:${Number.parseInt(port, 16)}`;
}

/** A kernel without IPv6 has no second table. */
function readTable(file: string): string {
  return ifThere(() => readFileSync(file, "latin1")) ?? "";
}
