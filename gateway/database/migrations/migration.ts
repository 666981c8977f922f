import type { PoolConnection } from "../pool.ts";

/** What a migration may need to know about its environment. */
export interface MigrationContext {
  readonly connection: PoolConnection;
  readonly upstreamUrl: string;
}

/** One additive step of the schema. */
export interface Migration {
  /** Never changed once released; the order of the list is the order of application. */
  readonly name: string;
  readonly up: (context: MigrationContext) => Promise<void>;
}
