import { blockAround, type Cidr, endOf, overlaps, sizeOf } from "../ec2/cidr.ts";
import type { SubnetSpec, SubnetType } from "./specification.ts";

/** Legacy always lays out in this order, each kind with the smallest mask that it takes by itself. */
const kinds: readonly { readonly type: SubnetType; readonly leastMask: number }[] = [
  { type: "Private", leastMask: 19 },
  { type: "Public", leastMask: 20 },
  { type: "Isolated", leastMask: 24 },
];

/**
 * The layout that awsx had before *Auto*: private, public, isolated. The n-th subnet of a kind stands at n times its size
 * behind the block that the kind begins at; where that is taken, at the next boundary behind its predecessor. Answers one
 * block per spec, none for `Unused`.
 */
export function allocateLegacy(specs: readonly SubnetSpec[], zone: Cidr): readonly (Cidr | undefined)[] {
  // A single subnet may have the whole zone; otherwise each is at most half of it.
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
