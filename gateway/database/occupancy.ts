import type { Pool } from "mysql2/promise";

/** Connections of a pool: open, idle, and callers that wait for one. */
export interface PoolOccupancy {
  readonly open: number;
  readonly idle: number;
  readonly waiting: number;
}

type Queues = Record<
  "_allConnections" | "_freeConnections" | "_connectionQueue",
  { readonly length: number }
>;

/** The driver exposes this through its queues only. */
export function readOccupancy(pool: Pool): PoolOccupancy {
  const { _allConnections, _freeConnections, _connectionQueue } = (
    pool as unknown as { readonly pool: Queues }
  ).pool;
  return {
    open: _allConnections.length,
    idle: _freeConnections.length,
    waiting: _connectionQueue.length,
  };
}
