import { realisations as network } from "./network/index.ts";
import type { Realisation } from "./realisation.ts";

/** Every resource type that the region makes real. A new one is a line in its folder's `realisations`. */
export const realisations: readonly Realisation[] = [...network];
