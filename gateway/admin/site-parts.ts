import type { Pool } from "../database/pool.ts";
import type { Broadcast } from "../fleet/broadcast.ts";
import type { Logger } from "../logger.ts";
import type { AdminSettings } from "../settings.ts";

/** Dependencies of the admin site. */
export interface SiteParts {
  readonly settings: AdminSettings;
  readonly logger: Logger;
  readonly pool: Pool;
  readonly broadcast: Broadcast;
}
