import { existsSync, globSync, readdirSync, readFileSync, readlinkSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { readProcesses } from "./process-identity.ts";
import { endStrays, findStrays, type Stray } from "./strays.ts";

export interface FoundProcess {
  readonly pid: number;
  readonly name: string;
  /** `ledger`, `working directory …` or `open file …`. */
  readonly why: string;
}

export interface FoundListener {
  readonly address: string;
  readonly pid?: number;
}

export interface Inventory {
  readonly processes: readonly FoundProcess[];
  readonly listeners: readonly FoundListener[];
  readonly files: readonly string[];
}

const mostFiles = 200;
/** TCP_LISTEN in `/proc/net/tcp`. */
const listening = "0A";

/** Ends every living process of a region's ledger, the region itself first. */
export async function sweep(directory: string): Promise<{ readonly ended: readonly Stray[] }> {
  return { ended: existsSync(directory) ? await endStrays(realpathSync(directory)) : [] };
}

/** What is there now, seen three ways that trust neither Pulumi's state nor each other: ledger, kernel and disk. */
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
  for (const { pid } of readProcesses()) {
    if (pid === process.pid || found.has(pid)) continue;
    const why = useOf(pid, directory);
    if (why !== undefined) found.set(pid, { pid, name: commandOf(pid), why });
  }
  return [...found.values()];
}

function useOf(pid: number, directory: string): string | undefined {
  const isInside = (path: string | undefined) => path === directory || path?.startsWith(`${directory}/`);
  const working = readLink(`/proc/${pid}/cwd`);
  if (isInside(working)) return `working directory ${working}`;
  const open = readLinks(`/proc/${pid}/fd`).find(isInside);
  return open === undefined ? undefined : `open file ${open}`;
}

function readLink(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

/** What a process has open. Another user's process shows nothing, and can have nothing of ours open. */
function readLinks(folder: string): readonly string[] {
  try {
    return readdirSync(folder).flatMap((name) => readLink(join(folder, name)) ?? []);
  } catch {
    return [];
  }
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
  } catch {
    return "gone meanwhile";
  }
}

export function findListeners(network: string): readonly FoundListener[] {
  const sockets = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((table) => readListeners(table, network));
  if (sockets.length === 0) return [];
  const owners = readSocketOwners();
  return sockets.map(({ address, inode }) => {
    const pid = owners.get(inode);
    return pid === undefined ? { address } : { address, pid };
  });
}

function readListeners(
  table: string,
  network: string,
): readonly { readonly address: string; readonly inode: string }[] {
  if (!existsSync(table)) return [];
  return readFileSync(table, "latin1")
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === listening)
    .map((fields) => ({ address: readAddress(fields[1] ?? ""), inode: fields[9] ?? "" }))
    .filter(({ address }) => address.startsWith(`${network}.`));
}

/** `0100177F:1F90` is 127.23.0.1:8080: the kernel prints addresses in the machine's byte order, here little-endian. */
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

function findFiles(directory: string): readonly string[] {
  const inside = globSync("**/*", { cwd: directory }).slice(0, mostFiles - 1);
  return [directory, ...inside.map((name) => join(directory, name))];
}
