import { createHash } from "node:crypto";
import type { Resources } from "../region.ts";
import type { Properties } from "../resource.ts";
import type { ResourceHandler } from "../resource-handler.ts";
import { isUnsettled } from "./unsettled.ts";

/** Inputs of an automatic name. */
export interface Named {
  readonly type: string;
  readonly urn: string;
  /** The logical name, or the prefix that the program sets instead. */
  readonly name: string;
  readonly maxLength: number;
}

/** Undefined for types without a name. */
export function namedBy(
  { type, autoname }: ResourceHandler,
  { urn, name }: { readonly urn: string; readonly name: string },
  inputs: Properties,
): (Named & { readonly property: string }) | undefined {
  if (!autoname) return undefined;
  const prefix = inputs[`${autoname.property}Prefix`];
  const stem = typeof prefix === "string" ? prefix.replace(/-$/, "") : name;
  return { type, urn, name: stem, ...autoname };
}

/** Maximum number of generations of one resource at a time: the current one and its replacement. */
const generations = 16;

/**
 * The n-th automatic name of a resource: its logical name and seven digits, as in Pulumi's providers. The digits
 * are derived from the URN, so that an interrupted run requests the same name again and finds what it had created.
 */
function nameOf({ urn, name, maxLength }: Named, generation: number): string {
  const digits = createHash("sha256").update(`${urn}/${generation}`).digest("hex").slice(0, 7);
  return `${name.slice(0, maxLength - digits.length - 1)}-${digits}`;
}

/** True for a name that the provider itself chose for this resource. */
export function isAutomatic(value: unknown, named: Named): boolean {
  return Array.from({ length: generations }, (_, n) => nameOf(named, n)).includes(value as string);
}

/**
 * The first automatic name that no existing resource of this URN has, so that a replacement can exist beside the
 * old one.
 */
export function proposeName(resources: Resources, property: string, named: Named): string {
  const taken = new Set<unknown>();
  for (const resource of resources.all(named.type)) {
    if (resource.urn === named.urn && !isUnsettled(resources, resource)) taken.add(resource.inputs[property]);
  }
  for (let n = 0; n < generations; n += 1) {
    if (!taken.has(nameOf(named, n))) return nameOf(named, n);
  }
  return nameOf(named, generations - 1);
}
