import { blockAround, type Cidr, endOf, overlaps, sizeOf } from "../ec2/cidr.ts";
import type { SubnetSpec, SubnetType } from "./specification.ts";

/** Legacy always uses this order, with the smallest default mask of each kind. */
const kinds: readonly { readonly type: SubnetType; readonly leastMask: number }[] = [
  { type: "Private", leastMask: 19 },
  { type: "Public", leastMask: 20 },
  { type: "Isolated", leastMask: 24 },
];

/**
 * The layout of awsx before *Auto*: private, public, isolated. The n-th subnet of a kind is at n times its size
 * from the start of the kind's block; if that is taken, at the next boundary after its predecessor. Returns one
 * block per spec, none for `Unused`.
 */
export function allocateLegacy(specs: readonly SubnetSpec[], zone: Cidr): readonly (Cidr | undefined)[] {
  // A single subnet may use the whole zone; otherwise each gets at most half of it.
  const widestMask = zone.mask + (specs.length === 1 ? 0 : 1);
  const blocks: (Cidr | undefined)[] = specs.map(() => undefined);
  let previous: Cidr | undefined;
  for (const { type, leastMask } of kinds) {
    const begin = previous ? endOf(previous) : zone.first;
    const members = specs.flatMap((spec, index) => (spec.type === type ? [{ spec, index }] : []));
    for (const [n, { spec, index }] of members.entries()) {
      const mask = spec.mask ?? Math.max(widestMask, leastMask);
      const block = place(begin + n * sizeOf(mask), mask, previous);
      blocks[index] = block;
      previous = block;
    }
  }
  return blocks;
}

function place(address: number, mask: number, previous: Cidr | undefined): Cidr {
  const wanted = blockAround(address, mask);
  if (!previous || !overlaps(wanted, previous)) return wanted;
  return { first: endOf(blockAround(endOf(previous) - 1, mask)), mask };
}
