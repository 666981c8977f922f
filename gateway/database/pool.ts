import { connect, isIP, type Socket } from "node:net";
import { createPool, type Pool, type PoolOptions } from "mysql2/promise";
import type { DatabaseSettings } from "../settings.ts";

export type { Pool, PoolConnection, RowDataPacket } from "mysql2/promise";

/**
 * Connections to one endpoint of the database. The endpoint is a name that a failover points elsewhere, so no
 * connection is kept for long while idle, and a broken one is replaced by the pool at its next use.
 */
export function createDatabasePool(settings: DatabaseSettings, host: string): Pool {
  const options: PoolOptions = {
    host,
    port: settings.port,
    user: settings.user,
    password: settings.password,
    database: settings.name,
    connectTimeout: 2000,
    connectionLimit: 4,
    maxIdle: 1,
    idleTimeout: 10_000,
    enableKeepAlive: true,
    ...(settings.tls ? { ssl: { minVersion: "TLSv1.2", verifyIdentity: true } } : {}),
    timezone: "Z",
    charset: "utf8mb4_general_ci",
    multipleStatements: false,
  };
  if (settings.tls && isIP(host) !== 0) options.stream = () => connectByAddress(settings.port, host);
  return createPool(options);
}

/**
 * For an endpoint given as an address. The driver names no server to TLS then, and Node would compare the certificate
 * with `localhost`; it takes the name from the socket where one is noted, which the lookup of a host name does.
 */
function connectByAddress(port: number, host: string): Socket {
  const socket = connect(port, host);
  socket.setKeepAlive(true);
  return Object.assign(socket, { _host: host });
}

/** Runs `attempt` until it succeeds, however long the database is away; tells each new reason once. */
export async function untilReachable<T>(
  attempt: () => Promise<T>,
  tell: (error: Error) => void,
  isWanted: () => boolean = () => true,
): Promise<T> {
  let told = "";
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      const problem = error as Error;
      if (!isWanted()) throw problem;
      if (problem.message !== told) tell(problem);
      told = problem.message;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}
