import { realisations as network } from "./ec2/index.ts";
import { realisations as containers } from "./ecs/index.ts";
import { realisations as cache } from "./elasticache/index.ts";
import { realisations as balancing } from "./elb/index.ts";
import { realisations as database } from "./rds/index.ts";
import type { Realisation } from "./realisation.ts";
import { realisations as services } from "./services.ts";

/** Every resource type that the region makes real. A new one is a line in its folder's `realisations`. */
export const realisations: readonly Realisation[] = [
  ...network,
  ...balancing,
  ...cache,
  ...database,
  ...containers,
  ...services,
];
