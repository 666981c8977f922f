import { network } from "./ec2.ts";
import { containers } from "./ecs.ts";
import { caches } from "./elasticache.ts";
import { balancing } from "./elb.ts";
import { identity } from "./identity.ts";
import { instances } from "./instances.ts";
import type { ResourceMappings } from "./mapping.ts";
import { privateLine } from "./on-premises.ts";
import { databases } from "./rds.ts";
import { storage } from "./s3.ts";
import { services } from "./services.ts";

/** How Pulumi's provider asks AWS for each resource type that the region supports. A new type is a row in its file. */
export const resourceMappings: ResourceMappings = {
  ...network,
  ...privateLine,
  ...instances,
  ...balancing,
  ...caches,
  ...databases,
  ...containers,
  ...storage,
  ...services,
  ...identity,
};
