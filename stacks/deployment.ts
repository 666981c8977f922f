import type { Place } from "./account-and-region.ts";
import type { PlatformConfig } from "./config/config.ts";
import type { Names } from "./resource-names.ts";
import type { Image } from "./services/image.ts";

/** Shared by every component: configuration, names, location. */
export interface Deployment {
  readonly config: PlatformConfig;
  readonly names: Names;
  readonly place: Place;
  /** Of every service. */
  readonly image: Image;
}
