import { realisations as balancing } from "./balancing/index.ts";
import { realisations as cache } from "./cache/index.ts";
import { realisations as containers } from "./containers/index.ts";
import { realisations as database } from "./database/index.ts";
import { realisations as network } from "./network/index.ts";
import type { Realisation } from "./realisation.ts";
import { realisations as services } from "./services/index.ts";

/** Every resource type that the region makes real. A new one is a line in its folder's `realisations`. */
export const realisations: readonly Realisation[] = [
  ...network,
  ...balancing,
  ...cache,
  ...database,
  ...containers,
  ...services,
];
