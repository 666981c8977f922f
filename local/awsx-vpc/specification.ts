import { parseCidr, sizeOf } from "../ec2/cidr.ts";
import type { Properties, Value } from "../resource.ts";
import type { CheckFailure } from "../resource-handler.ts";

const subnetTypes = ["Public", "Private", "Isolated", "Unused"] as const;
export type SubnetType = (typeof subnetTypes)[number];

/** One kind of subnet that every zone gets, after size and mask have been reconciled. */
export interface SubnetSpec {
  readonly type: SubnetType;
  readonly name?: string;
  readonly mask?: number;
  /** One block per zone, where the program specifies the layout. */
  readonly blocks?: readonly string[];
  readonly tags?: Value;
}

/** The part of a subnet's name between the VPC's and the zone's. */
export function specNameOf({ name, type }: Pick<SubnetSpec, "name" | "type">): string {
  return name ?? type.toLowerCase();
}

/** Finds the matching member of a list case-insensitively, as awsx does. */
export function oneOf<Choice extends string>(
  choices: readonly Choice[],
  value: Value | undefined,
): Choice | undefined {
  const text = String(value).toLowerCase();
  return choices.find((choice) => choice.toLowerCase() === text);
}

const known = ["type", "name", "cidrMask", "size", "cidrBlocks", "tags", "assignIpv6AddressOnCreation"];

/** Parses `subnetSpecs`; all problems are added to `failures`. */
export function parseSpecs(
  given: Value | undefined,
  zones: number,
  failures: CheckFailure[],
): SubnetSpec[] | undefined {
  if (given === undefined || given === null) return undefined;
  const list = Array.isArray(given) ? given : [];
  if (list.length === 0)
    failures.push({ property: "subnetSpecs", reason: "it is empty; give at least one, or omit it." });
  const specs = list.map((item, index) =>
    parseSpec(item as Properties, `subnetSpecs[${index}]`, zones, failures),
  );
  const explicit = specs.filter(({ blocks }) => blocks !== undefined).length;
  if (explicit > 0 && explicit < specs.length) {
    failures.push({
      property: "subnetSpecs",
      reason: "cidrBlocks must be given for all of them or for none.",
    });
  }
  return specs;
}

function parseSpec(spec: Properties, path: string, zones: number, failures: CheckFailure[]): SubnetSpec {
  for (const name of Object.keys(spec).filter((key) => !known.includes(key) && spec[key] !== null)) {
    failures.push({
      property: `${path}.${name}`,
      reason: `is not supported; supported are ${known.join(", ")}.`,
    });
  }
  if (spec.assignIpv6AddressOnCreation === true) {
    failures.push({
      property: `${path}.assignIpv6AddressOnCreation`,
      reason: "is true, but the local region has no IPv6.",
    });
  }
  const type = oneOf(subnetTypes, spec.type);
  if (!type) {
    failures.push({
      property: `${path}.type`,
      reason: `is ${String(spec.type)}; it must be one of ${subnetTypes.join(", ")}.`,
    });
  }
  const mask = parseMask(spec, path, failures);
  const blocks = parseBlocks(spec, path, zones, mask, failures);
  return {
    type: type ?? "Unused",
    ...(typeof spec.name === "string" ? { name: spec.name } : {}),
    ...(mask === undefined ? {} : { mask }),
    ...(blocks === undefined ? {} : { blocks }),
    ...(spec.tags === undefined || spec.tags === null ? {} : { tags: spec.tags }),
  };
}

function parseMask(
  { cidrMask, size }: Properties,
  path: string,
  failures: CheckFailure[],
): number | undefined {
  const mask = cidrMask ?? undefined;
  if (mask !== undefined && !(Number.isInteger(mask) && Number(mask) >= 1 && Number(mask) <= 30)) {
    failures.push({
      property: `${path}.cidrMask`,
      reason: `is ${String(mask)}; it must be a whole number from 1 to 30.`,
    });
    return undefined;
  }
  if (size === undefined || size === null) return mask as number | undefined;
  const fitting = 32 - Math.log2(Number(size));
  if (!Number.isInteger(fitting) || fitting < 1 || fitting > 30) {
    failures.push({
      property: `${path}.size`,
      reason: `is ${String(size)}; it must be a power of 2 such as 256.`,
    });
    return mask as number | undefined;
  }
  if (mask !== undefined && mask !== fitting) {
    failures.push({
      property: `${path}.size`,
      reason: `is ${String(size)}, but a /${String(mask)} has ${sizeOf(Number(mask))} addresses.`,
    });
  }
  return fitting;
}

function parseBlocks(
  { cidrBlocks }: Properties,
  path: string,
  zones: number,
  mask: number | undefined,
  failures: CheckFailure[],
): readonly string[] | undefined {
  if (cidrBlocks === undefined || cidrBlocks === null) return undefined;
  const blocks = Array.isArray(cidrBlocks) ? cidrBlocks.map(String) : [];
  if (blocks.length !== zones) {
    failures.push({
      property: `${path}.cidrBlocks`,
      reason: `has ${blocks.length} blocks; the VPC has ${zones} zones.`,
    });
  }
  for (const block of blocks) {
    const parsed = parseCidr(block);
    if (!parsed)
      failures.push({
        property: `${path}.cidrBlocks`,
        reason: `${block} is not an IPv4 block such as 10.0.0.0/24.`,
      });
    else if (mask !== undefined && parsed.mask !== mask) {
      failures.push({
        property: `${path}.cidrBlocks`,
        reason: `${block} does not have the requested size, /${mask}.`,
      });
    }
  }
  return blocks;
}

/** A subnet's name is its resource's name: duplicates would fail in the middle of the deployment. */
export function findSameNames(specs: readonly SubnetSpec[]): readonly CheckFailure[] {
  const made = specs.filter(({ type }) => type !== "Unused");
  const counts = Map.groupBy(made, specNameOf);
  return [...counts]
    .filter(([, { length }]) => length > 1)
    .map(([name, { length }]) => ({
      property: "subnetSpecs",
      reason: `has ${length} specs with the name "${name}"; give each a unique name (the default is the type).`,
    }));
}
