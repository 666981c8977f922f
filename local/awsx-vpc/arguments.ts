import { type Cidr, parseCidr } from "../ec2/cidr.ts";
import { LocalError, renderError } from "../errors.ts";
import { isUnknown } from "../pulumi-protocol/markers.ts";
import type { Region } from "../region.ts";
import type { Properties, Value } from "../resource.ts";
import type { CheckFailure } from "../resource-handler.ts";
import { findSameNames, oneOf, parseSpecs, type SubnetSpec } from "./specification.ts";

const layoutStrategies = ["Legacy", "Auto", "AutoMerge", "Exact"] as const;
const natStrategies = ["None", "Single", "OnePerAz"] as const;
const nameTagStrategies = ["Legacy", "AvailabilityZone"] as const;

/** The component's arguments, parsed and complete. */
export interface VpcArguments {
  readonly block: Cidr;
  readonly zones: readonly string[];
  readonly zoneMask?: number;
  readonly strategy: (typeof layoutStrategies)[number];
  readonly specs?: readonly SubnetSpec[];
  readonly nat: (typeof natStrategies)[number];
  readonly allocationIds: readonly Value[];
  readonly nameTags: (typeof nameTagStrategies)[number];
  /** May be unknown entirely in a preview. */
  readonly tags: Value;
  /** Passed to the inner VPC unchanged. */
  readonly vpc: Properties;
  readonly region?: Value;
}

/** All problems of one component's arguments. */
export class VpcArgumentsError extends Error {
  readonly failures: readonly CheckFailure[];

  constructor(failures: readonly CheckFailure[]) {
    const texts = failures.map(({ property: argument, reason }) =>
      renderError(new LocalError("DMM_LOCAL_VPC_ARGUMENT", { argument, reason })),
    );
    super(texts.join("\n"));
    this.name = "VpcArgumentsError";
    this.failures = failures.map(({ property }, index) => ({ property, reason: texts[index] ?? "" }));
  }
}

const forVpc = [
  "enableDnsHostnames",
  "enableDnsSupport",
  "enableNetworkAddressUsageMetrics",
  "instanceTenancy",
];
const honoured = [
  ...forVpc,
  "availabilityZoneCidrMask",
  "availabilityZoneNames",
  "cidrBlock",
  "natGateways",
  "numberOfAvailabilityZones",
  "region",
  "subnetNameTagStrategy",
  "subnetSpecs",
  "subnetStrategy",
  "tags",
];
const defaultBlock = "10.0.0.0/16";
const defaultZones = 3;

/** Parses and validates; throws {@link VpcArgumentsError} with every problem at once. */
export function parseArguments(region: Region, given: Properties): VpcArguments {
  const args = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
  const failures: CheckFailure[] = Object.keys(args)
    .filter((property) => !honoured.includes(property))
    .map((property) => ({ property, reason: `is not supported; supported are ${honoured.join(", ")}.` }));

  function choose<Choice extends string>(
    property: string,
    choices: readonly Choice[],
    value: Value | undefined,
    otherwise: Choice,
  ): Choice {
    if (value === undefined || value === null) return otherwise;
    const choice = oneOf(choices, value);
    if (!choice)
      failures.push({ property, reason: `is ${String(value)}; it must be one of ${choices.join(", ")}.` });
    return choice ?? otherwise;
  }

  const text = args.cidrBlock ?? defaultBlock;
  const block = parseCidr(text);
  if (!block)
    failures.push({
      property: "cidrBlock",
      reason: `is ${renderGiven(text)}; it must be an IPv4 block such as ${defaultBlock}.`,
    });
  const zones = parseZones(region, args, failures);
  const nats = (args.natGateways ?? {}) as Properties;
  const nat = choose("natGateways.strategy", natStrategies, nats.strategy, "OnePerAz");
  const allocationIds = Array.isArray(nats.elasticIpAllocationIds) ? nats.elasticIpAllocationIds : [];
  const wanted = { None: 0, Single: 1, OnePerAz: zones.length }[nat];
  if (allocationIds.length > 0 && allocationIds.length !== wanted) {
    const reason = `has ${allocationIds.length} addresses; strategy ${nat} takes ${wanted}.`;
    failures.push({ property: "natGateways.elasticIpAllocationIds", reason });
  }
  const specs = parseSpecs(args.subnetSpecs, zones.length, failures);
  failures.push(...findSameNames(specs ?? []));
  const parsed = {
    block: block ?? { first: 0, mask: 16 },
    zones,
    ...parseZoneMask(args, block, failures),
    strategy: choose("subnetStrategy", layoutStrategies, args.subnetStrategy, "Legacy"),
    ...(specs ? { specs } : {}),
    nat,
    allocationIds,
    nameTags: choose("subnetNameTagStrategy", nameTagStrategies, args.subnetNameTagStrategy, "Legacy"),
    tags: args.tags ?? {},
    vpc: Object.fromEntries(
      forVpc.flatMap((name) => (args[name] === undefined ? [] : [[name, args[name]!]])),
    ),
    ...(args.region === undefined ? {} : { region: args.region }),
  };
  if (failures.length > 0) throw new VpcArgumentsError(failures);
  return parsed;
}

function renderGiven(value: Value): string {
  return isUnknown(value) ? "known only after the deployment" : String(value);
}

function parseZones(region: Region, args: Properties, failures: CheckFailure[]): readonly string[] {
  const { availabilityZoneNames: names, numberOfAvailabilityZones: count } = args;
  if (names !== undefined && count !== undefined) {
    failures.push({
      property: "numberOfAvailabilityZones",
      reason: "is given together with availabilityZoneNames; give only one of them.",
    });
  }
  if (names !== undefined) {
    const list = Array.isArray(names) ? names.map(renderGiven) : [];
    for (const name of list.filter((zone) => !region.availabilityZones.includes(zone))) {
      const reason = `${name} is no zone of ${region.name}; its zones are ${region.availabilityZones.join(", ")}.`;
      failures.push({ property: "availabilityZoneNames", reason });
    }
    if (list.length === 0)
      failures.push({ property: "availabilityZoneNames", reason: "is empty; name at least one zone." });
    return list;
  }
  const wanted = count ?? defaultZones;
  if (!Number.isInteger(wanted) || Number(wanted) < 1 || Number(wanted) > region.availabilityZones.length) {
    const reason = `is ${String(wanted)}; ${region.name} has ${region.availabilityZones.length} zones.`;
    failures.push({ property: "numberOfAvailabilityZones", reason });
  }
  return region.availabilityZones.slice(0, Number(wanted));
}

function parseZoneMask(
  args: Properties,
  block: Cidr | undefined,
  failures: CheckFailure[],
): { zoneMask?: number } {
  const mask = args.availabilityZoneCidrMask;
  if (mask === undefined) return {};
  if (Number.isInteger(mask) && Number(mask) >= (block?.mask ?? 0) && Number(mask) <= 28)
    return { zoneMask: Number(mask) };
  const reason = `is ${String(mask)}; it must be from the mask of cidrBlock, ${block?.mask ?? 16}, to 28.`;
  failures.push({ property: "availabilityZoneCidrMask", reason });
  return {};
}
