import { handlers as network } from "./ec2/index.ts";
import { handlers as containers } from "./ecs/index.ts";
import { handlers as cache } from "./elasticache/index.ts";
import { handlers as balancing } from "./elb/index.ts";
import { handlers as database } from "./rds/index.ts";
import type { ResourceHandler } from "./resource-handler.ts";
import { handlers as services } from "./services.ts";

/** Every resource type that the region supports. A new one is a line in its folder's `handlers`. */
export const handlers: readonly ResourceHandler[] = [
  ...network,
  ...balancing,
  ...cache,
  ...database,
  ...containers,
  ...services,
];
