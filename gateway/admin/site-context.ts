import type { Changes } from "./changes.ts";
import type { ForgeryGuard } from "./forgery.ts";
import type { OperatorActions } from "./operator-actions.ts";
import type { SiteParts } from "./site-parts.ts";
import type { Users } from "./users.ts";

/** Context that pages and API share. */
export interface SiteContext extends SiteParts {
  readonly changes: Changes;
  readonly users: Users;
  readonly operatorActions: OperatorActions;
  readonly guard: ForgeryGuard;
}
