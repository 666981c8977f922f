import { unknown } from "../pulumi-protocol/markers.ts";
import type { Registered, ResourceMonitor } from "../pulumi-protocol/monitor.ts";
import type { Properties, Value } from "../resource.ts";
import type { VpcArguments } from "./arguments.ts";

/** Shared by all children of one component. */
export interface Family {
  readonly monitor: ResourceMonitor;
  readonly name: string;
  readonly args: VpcArguments;
  /** URNs that the component's `tags` argument depends on. */
  readonly tagDependencies: readonly string[];
  readonly vpc: Registered;
  readonly internetGateway: Promise<Registered>;
}

/** Merges tags; unknown entirely if any input is. */
export function mergeTags(...parts: readonly Value[]): Value {
  if (parts.includes(unknown)) return unknown;
  return Object.assign({}, ...parts) as Properties;
}

/** Tags of VPC-wide resources; a `Name` from the program wins. */
export function sharedTags(name: string, args: VpcArguments): Value {
  return mergeTags({ Name: name }, args.tags);
}

type Child = {
  readonly type: string;
  readonly name: string;
  readonly parent: Registered;
  readonly inputs: Properties;
};

/** Registers a child that depends on its parent; `from` maps inputs to the resources that they come from. */
export function registerChild(
  { monitor, args, tagDependencies }: Pick<Family, "monitor" | "args" | "tagDependencies">,
  { type, name, parent, inputs }: Child,
  from: Readonly<Record<string, Registered>> = {},
): Promise<Registered> {
  return monitor.register({
    type,
    name,
    parent: parent.urn,
    inputs: { ...inputs, ...(args.region === undefined ? {} : { region: args.region }) },
    dependencies: [parent.urn],
    inputDependencies: {
      ...("tags" in inputs ? { tags: tagDependencies } : {}),
      ...Object.fromEntries(Object.entries(from).map(([input, resource]) => [input, [resource.urn]])),
    },
  });
}

/**
 * Like Promise.all, but waits for every promise before it throws the first failure: nothing may register after the
 * component has responded.
 */
export async function settleAll<const Work extends readonly unknown[]>(
  work: Work,
): Promise<{ -readonly [Index in keyof Work]: Awaited<Work[Index]> }> {
  await Promise.allSettled(work);
  return await Promise.all(work);
}
