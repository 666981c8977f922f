import { createHash } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { createFile, isPresent, listFolder, readFileIfPresent } from "../../machine/files.ts";
import { readListeners } from "../../machine/listeners.ts";
import {
  environmentNetworks,
  networkOf,
  numbersFrom,
  readListeningNetworks,
} from "../../machine/loopback-networks.ts";
import { OperatorError } from "../errors.ts";
import { environmentFolder, type Home } from "../home.ts";
import { type Origin, parseOrigin } from "./creation-choices.ts";

/** Every number that an environment may have. */
export const networkNumbers: readonly number[] = [...numbersFrom(environmentNetworks, 0)];

/**
 * Reserves a number E for the networks 127.E.0.0/16 and 10.E.0.0/16. Checkout and name determine where the search
 * begins, so that an environment usually gets the same number again, and the same name in another checkout
 * another. The reservation is a file that only one process can create. `isAllowed` excludes numbers that the
 * configuration rules out.
 */
export function reserveNetwork(
  home: Home,
  name: string,
  {
    isAllowed = () => true,
    origin,
  }: { readonly isAllowed?: (number: number) => boolean; readonly origin?: Origin } = {},
): number {
  const content = origin === undefined ? name : JSON.stringify({ name, ...origin });
  const own = reservedBy(home, name);
  if (own !== undefined) return own;
  const listening = readListeningNetworks();
  const start = createHash("sha256").update(`${home.directory}\0${name}`).digest().readUInt16BE(0);
  for (const number of numbersFrom(environmentNetworks, start)) {
    if (isAllowed(number) && !listening.has(number) && claim(home, number, content)) return number;
  }
  throw new OperatorError("DMM_NETWORKS_EXHAUSTED", {});
}

/** Releases the numbers of an environment. */
export function releaseNetwork(home: Home, name: string): void {
  for (const number of claims(home)) {
    if (readReservation(home, number)?.name === name) {
      rmSync(join(home.networks, String(number)), { force: true });
    }
  }
}

/** The number of an environment, from its reservation alone (its record may be damaged). */
export function reservedBy(home: Home, name: string): number | undefined {
  return claims(home).find((number) => readReservation(home, number)?.name === name);
}

/** Names with a reserved network, each once. */
export function listReservedNames(home: Home): readonly string[] {
  return [...new Set(claims(home).flatMap((number) => readReservation(home, number)?.name ?? []))];
}

/** The second copy of an environment's origin, outside its folder. */
export function readReservedOrigin(home: Home, name: string): Origin | undefined {
  const number = reservedBy(home, name);
  return number === undefined ? undefined : readReservation(home, number)?.origin;
}

function readReservation(
  home: Home,
  number: number,
): { readonly name: string; readonly origin?: Origin } | undefined {
  const text = readFileIfPresent(join(home.networks, String(number)));
  if (text === undefined) return undefined;
  try {
    const value = JSON.parse(text) as { name?: unknown } | null;
    const origin = parseOrigin(value);
    if (typeof value?.name === "string") return { name: value.name, ...(origin && { origin }) };
  } catch {
    // Not JSON.
  }
  // An earlier version wrote only the name.
  return { name: text };
}

function claim(home: Home, number: number, content: string): boolean {
  const file = join(home.networks, String(number));
  if (createFile(file, content)) return true;
  // A reservation whose environment has no folder is left by a kill between two steps of down. On AWS it may be
  // the last trace of resources that still cost money.
  const owner = readReservation(home, number);
  if (owner === undefined || owner.origin?.target === "aws" || existsEnvironment(home, owner.name))
    return false;
  rmSync(file, { force: true });
  return createFile(file, content);
}

function existsEnvironment(home: Home, name: string): boolean {
  return isPresent(environmentFolder(home, name).directory);
}

function claims(home: Home): readonly number[] {
  return listFolder(home.networks)
    .map(({ name }) => Number(name))
    .filter(Number.isInteger);
}

/** Addresses in 127.E.0.0/16 on which any process of this machine listens, as `127.23.0.10:8443`. */
export function readNetworkListeners(network: number): readonly string[] {
  return readListeners()
    .map(({ address }) => address)
    .filter((address) => networkOf(address) === network);
}

/**
 * Addresses of an environment's edge (zone 0: load balancers and endpoints, without the region's own two) on which
 * a process listens. Files about the ingress may be wrong; while one of these is open, a client may get in.
 */
export function readEdgeListeners(network: number): readonly string[] {
  const edge = new RegExp(`^127\\.${network}\\.0\\.\\d{2,3}:`);
  return readNetworkListeners(network).filter((address) => edge.test(address));
}
