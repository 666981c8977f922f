import ipaddr from "ipaddr.js";

const { IPv4 } = ipaddr;

/** An IPv4 block: its first address as a number, and its prefix length. */
export interface Cidr {
  readonly first: number;
  readonly mask: number;
}

/** Number of addresses in a block with this mask. */
export function sizeOf(mask: number): number {
  return 2 ** (32 - mask);
}

/** The first address after the block. */
export function endOf({ first, mask }: Cidr): number {
  return first + sizeOf(mask);
}

/**
 * Parses `10.1.0.0/16`; undefined for anything else, and for what EC2 refuses as malformed: host bits set, leading
 * zeros.
 */
export function parseCidr(text: unknown): Cidr | undefined {
  if (typeof text !== "string" || !IPv4.isValidCIDRFourPartDecimal(text)) return undefined;
  const [address, mask] = IPv4.parseCIDR(text);
  if (`${address}/${mask}` !== text) return undefined;
  const first = Buffer.from(address.octets).readUInt32BE();
  return first % sizeOf(mask) === 0 ? { first, mask } : undefined;
}

export function renderCidr({ first, mask }: Cidr): string {
  const octets = Buffer.alloc(4);
  octets.writeUInt32BE(first);
  return `${new IPv4([...octets])}/${mask}`;
}

/** The block of this mask that contains an address. */
export function blockAround(address: number, mask: number): Cidr {
  return { first: address - (address % sizeOf(mask)), mask };
}

/** The first block of a mask that begins at or after an address. */
export function blockFrom(address: number, mask: number): Cidr {
  const size = sizeOf(mask);
  return { first: Math.ceil(address / size) * size, mask };
}

export function contains(outer: Cidr, inner: Cidr): boolean {
  return outer.first <= inner.first && endOf(inner) <= endOf(outer);
}

export function overlaps(a: Cidr, b: Cidr): boolean {
  return a.first < endOf(b) && b.first < endOf(a);
}
