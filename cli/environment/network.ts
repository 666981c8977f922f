import { createHash } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { OperatorError } from "../errors.ts";
import { environmentFolder, type Home } from "../home.ts";
import { createFile, isThere, listFolder, readFileIfThere } from "./file.ts";

const first = 10;
const count = 190;

/** Every number that an environment may have. */
export const networkNumbers: readonly number[] = Array.from({ length: count }, (_, index) => first + index);

/**
 * Claims a number E for the networks 127.E.0.0/16 and 10.E.0.0/16. Checkout and name decide where the search begins, so
 * that an environment mostly gets the same number again, and the same name in another checkout another. The claim is a file that only one process can create.
 * `isAllowed` leaves numbers out that the configuration rules out.
 */
export function claimNetwork(home: Home, name: string, isAllowed = (_number: number) => true): number {
  const own = claimedBy(home, name);
  if (own !== undefined) return own;
  const listening = readListeningNetworks();
  const start = createHash("sha256").update(`${home.directory}\0${name}`).digest().readUInt16BE(0);
  for (let probe = 0; probe < count; probe += 1) {
    const number = first + ((start + probe) % count);
    if (isAllowed(number) && !listening.has(number) && claim(home, number, name)) return number;
  }
  throw new OperatorError("DMM_NETWORKS_EXHAUSTED", {});
}

/** Gives the numbers of an environment back. */
export function releaseNetwork(home: Home, name: string): void {
  for (const number of claims(home)) {
    if (readFileIfThere(join(home.networks, String(number))) === name) {
      rmSync(join(home.networks, String(number)), { force: true });
    }
  }
}

/** The number that an environment has, from its claim alone (its record may be damaged). */
export function claimedBy(home: Home, name: string): number | undefined {
  return claims(home).find((number) => readFileIfThere(join(home.networks, String(number))) === name);
}

function claim(home: Home, number: number, name: string): boolean {
  const file = join(home.networks, String(number));
  if (createFile(file, name)) return true;
  // A claim whose environment has no folder is what a kill between two steps of down leaves behind.
  const owner = readFileIfThere(file);
  if (owner === undefined || existsEnvironment(home, owner)) return false;
  rmSync(file, { force: true });
  return createFile(file, name);
}

function existsEnvironment(home: Home, name: string): boolean {
  return isThere(environmentFolder(home, name).directory);
}

function claims(home: Home): readonly number[] {
  return listFolder(home.networks)
    .map(({ name }) => Number(name))
    .filter(Number.isInteger);
}

/** Second numbers of every 127.x network on which any process of this machine listens. */
function readListeningNetworks(): ReadonlySet<number> {
  return new Set(readLoopbackListeners().map(([, second]) => second ?? 0));
}

/** Addresses in 127.E.0.0/16 on which any process of this machine listens, as `127.23.0.10:8443`. */
export function readListeners(network: number): readonly string[] {
  return readLoopbackListeners()
    .filter(([, second]) => second === network)
    .map(([a, b, c, d, port]) => `${a}.${b}.${c}.${d}:${port}`);
}

/** Four octets and a port each; see proc(5), /proc/net/tcp. */
function readLoopbackListeners(): readonly (readonly number[])[] {
  const listeners: number[][] = [];
  for (const line of readFileSync("/proc/net/tcp", "latin1").split("\n").slice(1)) {
    const [, local = "", , state] = line.trim().split(/\s+/);
    // State 0A is LISTEN; the address is in host byte order: 0A00177F:20FB reads 127.23.0.10:8443.
    const [, a, b, c, d, port] = /^(..)(..)(..)(..):(....)$/.exec(local) ?? [];
    if (state !== "0A" || d !== "7F") continue;
    listeners.push([d, c, b, a, port].map((part) => Number.parseInt(part ?? "", 16)));
  }
  return listeners;
}
