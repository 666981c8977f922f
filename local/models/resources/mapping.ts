import { isRecord } from "../../is-record.ts";
import type { Properties, Value } from "../../resource.ts";
import type { ModeledService } from "../model.ts";

/** A part of an operation's input, by the API's names. */
export type Fragment = Readonly<Record<string, unknown>>;

/** Where a property goes: a member of the input (`LaunchTemplateData.ImageId`), or the fragment that it becomes. */
export type PropertyMapping = string | ((value: Value, inputs: Properties) => Fragment);

/** One request that Pulumi's provider makes for a resource. */
export interface ResourceRequest {
  readonly operation: string;
  readonly properties: Readonly<Record<string, PropertyMapping>>;
  /** What the provider sends if the program sets nothing. */
  readonly defaults?: Fragment;
  /** Members whose value AWS gave in an earlier response. */
  readonly assigned?: readonly string[];
}

/**
 * The requests of the provider for one resource type. The first is always made, the others when a property needs
 * them.
 */
export interface ResourceMapping {
  readonly service: ModeledService;
  readonly requests: readonly ResourceRequest[];
  /** Properties that are never sent to AWS, each with its purpose. */
  readonly provider?: Readonly<Record<string, string>>;
  /** Names of nested properties that differ from the API's by more than case and plural. */
  readonly renamed?: Readonly<Record<string, string>>;
}

/** Mappings by Pulumi type. */
export type ResourceMappings = Readonly<Record<string, ResourceMapping>>;

/** A property that goes out with another one, whose mapping reads it. */
export const together: PropertyMapping = () => ({});

/** An attribute of a load balancer or target group: a pair of key and value in a list. */
export function attribute(key: string): PropertyMapping {
  return (value) => ({ Attributes: [{ Key: key, Value: String(value) }] });
}

/** Attributes from the members of an object. */
export function attributes(keys: Readonly<Record<string, string>>): PropertyMapping {
  return (value) => ({
    Attributes: Object.entries(membersOf(value)).map(([name, item]) => ({
      Key: keys[name] ?? name,
      Value: String(item),
    })),
  });
}

/** Members of an object that the API has beside each other; one that is not listed stays and is then unknown. */
export function spread(names: Readonly<Record<string, PropertyMapping>>): PropertyMapping {
  return (value, inputs) => {
    const fragments = Object.entries(membersOf(value)).map(([name, item]) =>
      fragmentOf(names[name] ?? name, item, inputs),
    );
    return fragments.reduce(mergeFragments, {});
  };
}

/** Tags of an EC2 resource, which are given by the kind of resource. */
export function tagsOf(kind: string): PropertyMapping {
  return (value) => ({ TagSpecifications: [{ ResourceType: kind, Tags: value }] });
}

/** The fragment that one property becomes. */
export function fragmentOf(mapping: PropertyMapping, value: Value, inputs: Properties): Fragment {
  if (typeof mapping === "function") return mapping(value, inputs);
  return mapping.split(".").reduceRight<unknown>((inner, name) => ({ [name]: inner }), value) as Fragment;
}

/** Joins two parts of one input: lists are appended, objects joined. */
export function mergeFragments(one: Fragment, other: Fragment): Fragment {
  const merged: Record<string, unknown> = { ...one };
  for (const [name, value] of Object.entries(other)) {
    const before = merged[name];
    if (Array.isArray(before) && Array.isArray(value)) merged[name] = [...before, ...value];
    else if (isRecord(before) && isRecord(value)) merged[name] = mergeFragments(before, value);
    else merged[name] = value;
  }
  return merged;
}

/** An object; also the only item of a list, as Pulumi has some. */
export function membersOf(value: Value | undefined): Properties {
  const only = Array.isArray(value) ? value[0] : value;
  return typeof only === "object" && only !== null && !Array.isArray(only) ? only : {};
}
