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
  const match =
    typeof text === "string" ? /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text) : null;
  if (!match || match.slice(1).some((number) => /^0\d/.test(number))) return undefined;
  const [a = 0, b = 0, c = 0, d = 0, mask = 0] = match.slice(1).map(Number);
  if (Math.max(a, b, c, d) > 255 || mask > 32) return undefined;
  const first = ((a * 256 + b) * 256 + c) * 256 + d;
  return first % sizeOf(mask) === 0 ? { first, mask } : undefined;
}

function renderAddress(address: number): string {
  return [2 ** 24, 2 ** 16, 2 ** 8, 1].map((unit) => Math.floor(address / unit) % 256).join(".");
}

export function renderCidr({ first, mask }: Cidr): string {
  return `${renderAddress(first)}/${mask}`;
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
