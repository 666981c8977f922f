import { connect, isIP, type Socket } from "node:net";
import {
  createPool,
  type Pool as DriverPool,
  type PoolConnection,
  type PoolOptions,
  type ResultSetHeader,
  type RowDataPacket,
} from "mysql2/promise";
import type { Logger } from "../logger.ts";
import { describeReason } from "../reason.ts";
import type { DatabaseSettings } from "../settings.ts";
import { type PoolOccupancy, readOccupancy } from "./occupancy.ts";
import { isConnectionLost, isReadOnly, within } from "./unavailable.ts";

export type { PoolConnection, ResultSetHeader, RowDataPacket };

/** Time limit of one statement outside a transaction, in milliseconds. */
export const statementLimitMs = 3000;

/**
 * Connections to one database endpoint. A failover points the endpoint's name elsewhere, so idle connections are
 * short-lived, a broken one is replaced at its next use, and a connection to a former writer is dropped together
 * with all that are as old.
 */
export class Pool {
  readonly #pool: DriverPool;
  readonly #openedAt = new WeakMap<object, number>();
  /** Connections opened before this time are not used again. */
  #retiredAt = Number.NEGATIVE_INFINITY;

  /** Why the last connection attempt failed. */
  #unreachable: string | undefined;
  readonly #logger: Logger | undefined;
  readonly #host: string;

  constructor(options: PoolOptions, host: string, logger?: Logger) {
    this.#pool = createPool(options);
    this.#host = host;
    this.#logger = logger;
    this.#pool.on("connection", (connection) => this.#openedAt.set(connection, performance.now()));
  }

  /** Runs one statement within its time limit. */
  readonly query: DriverPool["query"] = async (statement: unknown, values?: never) => {
    const connection = await this.getConnection();
    try {
      const response = await within(statementLimitMs, connection.query(statement as string, values));
      connection.release();
      return response as never;
    } catch (error) {
      if (isConnectionLost(error)) this.discard(connection, error);
      else connection.release();
      throw error;
    }
  };

  async getConnection(): Promise<PoolConnection> {
    for (;;) {
      const connection = await this.#pool.getConnection().catch((error: unknown) => {
        this.#note(describeReason(error));
        throw error;
      });
      this.#note(undefined);
      if ((this.#openedAt.get(connection.connection) ?? 0) > this.#retiredAt) return connection;
      connection.destroy();
    }
  }

  /** Drops a connection after an error; after a failover also all others that may lead to the former writer. */
  discard(connection: PoolConnection, reason: unknown): void {
    if (isReadOnly(reason)) this.#retiredAt = performance.now();
    connection.destroy();
    // The driver would send a goodbye and wait for a server that may be gone.
    (connection.connection as unknown as { readonly stream: Socket }).stream.destroy();
  }

  /** Logs each change: database unreachable, a different reason, and reachable again. */
  #note(unreachable: string | undefined): void {
    if (unreachable === this.#unreachable) return;
    this.#unreachable = unreachable;
    if (unreachable === undefined) this.#logger?.info({ host: this.#host }, "database reachable again");
    else this.#logger?.warn({ host: this.#host, error: unreachable }, "database unreachable");
  }

  get occupancy(): PoolOccupancy {
    return readOccupancy(this.#pool);
  }

  end(): Promise<void> {
    return this.#pool.end();
  }
}

/** With a logger, the pool logs when the database becomes unreachable and reachable again. */
export function createDatabasePool(settings: DatabaseSettings, host: string, logger?: Logger): Pool {
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
  return new Pool(options, host, logger);
}

/**
 * For an endpoint given as an IP address. The driver sends no server name for it, and Node would compare the
 * certificate with `localhost`; Node takes the name from the socket if it is set there, as the lookup of a host
 * name does.
 */
function connectByAddress(port: number, host: string): Socket {
  const socket = connect(port, host);
  socket.setKeepAlive(true);
  return Object.assign(socket, { _host: host });
}

/** Runs `attempt` until it succeeds, however long the database is unavailable; logs each new reason once. */
export async function untilReachable<T>(
  attempt: () => Promise<T>,
  report: (error: Error) => void,
  isWanted: () => boolean = () => true,
): Promise<T> {
  let reported: string | undefined;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      const problem = error as Error;
      if (!isWanted()) throw problem;
      const reason = describeReason(problem);
      if (reason !== reported) report(problem);
      reported = reason;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}
