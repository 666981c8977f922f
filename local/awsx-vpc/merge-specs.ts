import { VpcArgumentsError } from "./arguments.ts";
import type { SubnetSpec } from "./specification.ts";

/**
 * Strategy *AutoMerge*: the default subnets, each merged with the program's spec of its type. The behaviour of
 * awsx for other types, and for two specs of one type, is unknown, so they are refused.
 */
export function mergeSpecs(
  defaults: readonly SubnetSpec[],
  given: readonly SubnetSpec[],
): readonly SubnetSpec[] {
  const reasons = given.flatMap((spec, index) => explain(spec, { index, given, defaults }));
  if (reasons.length > 0)
    throw new VpcArgumentsError(reasons.map((reason) => ({ property: "subnetSpecs", reason })));
  return defaults.map((spec) => ({ ...spec, ...given.find(({ type }) => type === spec.type) }));
}

interface NetworkContext {
  readonly index: number;
  readonly given: readonly SubnetSpec[];
  readonly defaults: readonly SubnetSpec[];
}

function explain(
  { type, blocks }: SubnetSpec,
  { index, given, defaults }: NetworkContext,
): readonly string[] {
  const types = defaults.map((spec) => spec.type).join(" and ");
  if (!defaults.some((spec) => spec.type === type))
    return [`[${index}] is ${type}; with AutoMerge the local region takes ${types}.`];
  if (blocks !== undefined) return [`[${index}] has cidrBlocks, which AutoMerge does not take.`];
  const isSecond = given.findIndex((spec) => spec.type === type) < index;
  return isSecond ? [`[${index}] is a second ${type}; with AutoMerge the local region takes one.`] : [];
}
