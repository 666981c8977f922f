import { unknown } from "../engine/markers.ts";
import type { Registered, ResourceMonitor } from "../engine/monitor.ts";
import type { Properties, Value } from "../resource.ts";
import type { VpcArguments } from "./arguments.ts";

/** What all children of one component share. */
export interface Family {
  readonly monitor: ResourceMonitor;
  readonly name: string;
  readonly args: VpcArguments;
  /** URNs that the component's `tags` argument depends on. */
  readonly tagDependencies: readonly string[];
  readonly vpc: Registered;
  readonly internetGateway: Promise<Registered>;
}

/** Tags over tags; unknown as a whole if any part is. */
export function mergeTags(...parts: readonly Value[]): Value {
  if (parts.includes(unknown)) return unknown;
  return Object.assign({}, ...parts) as Properties;
}

/** Tags of what belongs to the whole VPC; a `Name` of the program's own wins. */
export function sharedTags(name: string, args: VpcArguments): Value {
  return mergeTags({ Name: name }, args.tags);
}

type Child = {
  readonly type: string;
  readonly name: string;
  readonly parent: Registered;
  readonly inputs: Properties;
};

/** Registers a child that waits for its parent; `from` tells which inputs come from which resources. */
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
 * Like Promise.all, but waits for every one before the first failure is thrown: nothing may register any more once the
 * component has answered.
 */
export async function settleAll<const Work extends readonly unknown[]>(
  work: Work,
): Promise<{ -readonly [Index in keyof Work]: Awaited<Work[Index]> }> {
  const settled = await Promise.allSettled(work);
  const failed = settled.find((result) => result.status === "rejected");
  if (failed) throw failed.reason;
  return settled.map((result) => (result as PromiseFulfilledResult<unknown>).value) as never;
}
