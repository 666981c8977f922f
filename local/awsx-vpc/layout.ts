import {
  blockFrom,
  type Cidr,
  contains,
  endOf,
  overlaps,
  parseCidr,
  renderCidr,
  sizeOf,
} from "../ec2/cidr.ts";
import type { CheckFailure } from "../resource-handler.ts";
import { type VpcArguments, VpcArgumentsError } from "./arguments.ts";
import { allocateLegacy } from "./legacy-layout.ts";
import { mergeSpecs } from "./merge-specs.ts";
import { type SubnetSpec, specNameOf } from "./specification.ts";

/** One subnet of one zone; `Unused` ones reserve a range and are never created. */
export interface PlannedSubnet {
  readonly spec: SubnetSpec;
  readonly zone: number;
  readonly block: Cidr;
}

/** The arguments that determine the layout. */
export type Layout = Pick<VpcArguments, "block" | "zones" | "zoneMask" | "strategy" | "specs" | "nat">;

/** Number of bits that can distinguish this many values. */
function bitsFor(count: number): number {
  return Math.ceil(Math.log2(count));
}

/** The part of the VPC's block for each zone. */
function zoneBlocks({ block, zones, zoneMask }: Layout): readonly Cidr[] {
  const mask = zoneMask ?? block.mask + bitsFor(zones.length);
  return zones.map((_, zone) => ({ first: block.first + zone * sizeOf(mask), mask }));
}

/**
 * Plans every subnet, in zone order and within a zone in the order of its specs. Throws {@link VpcArgumentsError}
 * for subnets that do not fit, overlap, or leave a gap that *Exact* does not allow.
 */
export function planSubnets(layout: Layout): readonly PlannedSubnet[] {
  const zones = zoneBlocks(layout);
  const specs = decideSpecs(layout, zones[0]?.mask ?? 16);
  const planned = zones.flatMap((block, zone) => {
    const blocks = allocate(layout, specs, block, zone);
    return specs.flatMap((spec, index) => {
      const own = blocks[index];
      return own ? [{ spec, zone, block: own }] : [];
    });
  });
  const failures = [
    ...findOutside(layout.block, planned),
    ...findOverlaps(planned),
    ...(layout.strategy === "Exact" ? findGaps(layout.block, planned) : []),
    ...findMissingNatSubnets(layout, specs),
  ];
  if (failures.length > 0) throw new VpcArgumentsError(failures);
  return planned;
}

function decideSpecs({ specs, strategy }: Layout, zoneMask: number): readonly SubnetSpec[] {
  if (specs === undefined) return defaultSpecs(zoneMask);
  return strategy === "AutoMerge" ? mergeSpecs(defaultSpecs(zoneMask), specs) : specs;
}

/** A larger private and a smaller public subnet per zone; of a huge block only the first /16 is used. */
function defaultSpecs(zoneMask: number): readonly SubnetSpec[] {
  if (zoneMask > 26) {
    const reason = `leaves /${zoneMask} per zone; without subnetSpecs a zone needs at least a /26.`;
    throw new VpcArgumentsError([{ property: "cidrBlock", reason }]);
  }
  const mask = Math.max(zoneMask, 16);
  return [
    { type: "Private", mask: mask + 1 },
    { type: "Public", mask: mask + 2 },
  ];
}

function allocate(
  { strategy, specs: given }: Layout,
  specs: readonly SubnetSpec[],
  zoneBlock: Cidr,
  zone: number,
): readonly (Cidr | undefined)[] {
  if (strategy === "Legacy" && given) return allocateLegacy(specs, zoneBlock);
  if (specs.every(({ blocks }) => blocks)) return specs.map(({ blocks }) => parseCidr(blocks?.[zone]));
  return allocateInOrder(specs, zoneBlock);
}

/** Each block begins at the next boundary of its own size. */
function allocateInOrder(specs: readonly SubnetSpec[], zone: Cidr): readonly Cidr[] {
  const evenMask = zone.mask + bitsFor(specs.length);
  const masks = specs.map(({ mask }) => mask ?? evenMask);
  const needed = masks.reduce((sum, mask) => sum + sizeOf(mask), 0);
  if (needed > sizeOf(zone.mask)) {
    const reason = `need ${needed} addresses per zone, but a zone has ${sizeOf(zone.mask)} (/${zone.mask}).`;
    throw new VpcArgumentsError([{ property: "subnetSpecs", reason }]);
  }
  const blocks: Cidr[] = [];
  let next = zone.first;
  for (const mask of masks) {
    const block = blockFrom(next, mask);
    blocks.push(block);
    next = endOf(block);
  }
  return blocks;
}

function describe({ spec, zone, block }: PlannedSubnet): string {
  return `${specNameOf(spec)}-${zone + 1} (${renderCidr(block)})`;
}

function findOutside(vpc: Cidr, planned: readonly PlannedSubnet[]): readonly CheckFailure[] {
  const outside = planned.filter(({ block }) => !contains(vpc, block));
  if (outside.length === 0) return [];
  const reason = `lead out of ${renderCidr(vpc)}: ${outside.map(describe).join(", ")}; enlarge cidrBlock, or order the specs from large to small.`;
  return [{ property: "subnetSpecs", reason }];
}

function findOverlaps(planned: readonly PlannedSubnet[]): readonly CheckFailure[] {
  const overlapping = planned.filter((one) =>
    planned.some((other) => one !== other && overlaps(one.block, other.block)),
  );
  if (overlapping.length === 0) return [];
  const reason = `lead to overlapping subnets: ${overlapping.map(describe).join(", ")}; enlarge cidrBlock, or ask for smaller subnets or fewer zones.`;
  return [{ property: "subnetSpecs", reason }];
}

function findGaps(vpc: Cidr, planned: readonly PlannedSubnet[]): readonly CheckFailure[] {
  const gaps: string[] = [];
  let next = vpc.first;
  for (const subnet of planned) {
    if (subnet.block.first !== next) gaps.push(`before ${describe(subnet)}`);
    next = endOf(subnet.block);
  }
  if (next !== endOf(vpc)) gaps.push(`at the end of ${renderCidr(vpc)}`);
  if (gaps.length === 0) return [];
  return [
    {
      property: "subnetSpecs",
      reason: `leave gaps ${gaps.join(", ")}; declare them as Unused, or use strategy Auto.`,
    },
  ];
}

/** Isolated subnets get no route to a NAT gateway, but the program may add one later. */
function findMissingNatSubnets({ nat }: Layout, specs: readonly SubnetSpec[]): readonly CheckFailure[] {
  const has = (type: SubnetSpec["type"]) => specs.some((spec) => spec.type === type);
  if (nat === "None" || (has("Public") && (has("Private") || has("Isolated")))) return [];
  const reason = `is ${nat}, which needs public subnets (to be in) and private or isolated ones (to serve).`;
  return [{ property: "natGateways.strategy", reason }];
}
