import type { Place } from "./account-and-region.ts";
import type { PlatformConfig } from "./config/config.ts";

/** The only place where names and tags are created. A name is identity: changing one replaces the resource. */
export interface Names {
  /** `<environment>-<thing>`, the name of nearly everything. */
  of(thing: string): string;
  /** Bucket names are globally unique, so account and Region are part of them. */
  bucket(thing: string): string;
  /** Path of a log group or a parameter. */
  path(thing: string): string;
  /** One node of the cache as ElastiCache names it; both numbers begin with 1. */
  cacheNode(shard: number, node: number): string;
  /** Tags of a resource: its purpose, its owner, its expiry. */
  tags(thing: string): Tags;
  /**
   * When the environment ends; empty in production. Only the cluster has this tag: a longer lifetime must not change every
   * resource, and as a tag of the launch template it would replace the instances.
   */
  readonly lifetimeTags: Tags;
}

export type Tags = Readonly<Record<string, string>>;

/** Tag keys by which an environment is found without Pulumi's state. */
export const tagKeys = {
  environment: "dmm:environment",
  owner: "dmm:owner",
  expires: "dmm:expires",
} as const;

/** Names and tags of one environment. */
export function createNames(config: PlatformConfig, place: Place): Names {
  const of = (thing: string) => `${config.environment}-${thing}`;
  const common: Tags = {
    [tagKeys.environment]: config.environment,
    [tagKeys.owner]: config.owner,
  };
  return {
    of,
    bucket: (thing) => `${of(thing)}-${place.accountId}-${place.region}`,
    path: (thing) => `/dmm-env/${config.environment}/${thing}`,
    cacheNode: (shard, node) => `${of("cache")}-${padded(shard, 4)}-${padded(node, 3)}`,
    tags: (thing) => ({ Name: of(thing), ...common }),
    lifetimeTags: config.expires === undefined ? {} : { [tagKeys.expires]: config.expires },
  };
}

function padded(number: number, digits: number): string {
  return String(number).padStart(digits, "0");
}
