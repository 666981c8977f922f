import { join } from "node:path";
import { readFileIfPresent, replaceFile } from "../../machine/files.ts";
import type { Addresses } from "../region.ts";
import { RegionError } from "./errors.ts";

const firstHost = 10;
const lastHost = 250;

interface StoredAddresses {
  /** Address by zone and owner, as `1 task/gateway/8f3a`. */
  readonly claims: Record<string, string>;
  /** The host number assigned last, by zone. */
  readonly last: Record<string, number>;
}

/**
 * Loopback addresses by owner. A released address is reused only after all others of its zone, so that a client
 * with a stale address does not reach a different service.
 */
export class AddressBook implements Addresses {
  readonly #file: string;
  readonly #network: string;
  readonly #stored: StoredAddresses;

  constructor(directory: string, network: string, options: { readonly lenient?: boolean } = {}) {
    this.#file = join(directory, "addresses.json");
    this.#network = network;
    this.#stored = readStored(this.#file, options.lenient ?? false);
  }

  claim(zone: number, owner: string): string {
    const { claims, last } = this.#stored;
    const name = `${zone} ${owner}`;
    const known = claims[name];
    if (known !== undefined) return known;
    const host = this.#nextHost(zone);
    const address = `${this.#network}.${zone}.${host}`;
    claims[name] = address;
    last[zone] = host;
    this.#write();
    return address;
  }

  release(owner: string): void {
    const names = Object.keys(this.#stored.claims).filter(
      (name) => name.slice(name.indexOf(" ") + 1) === owner,
    );
    if (names.length === 0) return;
    for (const name of names) delete this.#stored.claims[name];
    this.#write();
  }

  #nextHost(zone: number): number {
    const taken = new Set(Object.values(this.#stored.claims));
    const size = lastHost - firstHost + 1;
    const start = (this.#stored.last[zone] ?? firstHost - 1) + 1;
    for (let step = 0; step < size; step += 1) {
      const host = firstHost + ((start - firstHost + step) % size);
      if (!taken.has(`${this.#network}.${zone}.${host}`)) return host;
    }
    const block = `${this.#network}.${zone}.0/24`;
    throw new RegionError("DMM_LOCAL_ADDRESSES_EXHAUSTED", { count: size, block });
  }

  #write(): void {
    replaceFile(this.#file, JSON.stringify(this.#stored));
  }
}

function readStored(file: string, lenient: boolean): StoredAddresses {
  try {
    const stored = JSON.parse(readFileIfPresent(file) ?? "{}") as Partial<StoredAddresses>;
    return { claims: { ...stored.claims }, last: { ...stored.last } };
  } catch (cause) {
    if (lenient) return { claims: {}, last: {} };
    const problem = "is not JSON: it was edited or truncated";
    throw new RegionError("DMM_LOCAL_FILE_BROKEN", { file, problem }, cause);
  }
}
