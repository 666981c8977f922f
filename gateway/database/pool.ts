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
import { isBroken, isReadOnly, within } from "./outage.ts";

export type { PoolConnection, ResultSetHeader, RowDataPacket };

/** How long one statement outside of a transaction may take, in milliseconds. */
export const statementLimitMs = 3000;

/**
 * Connections to one endpoint of the database. The endpoint is a name that a failover points elsewhere, so no
 * connection is kept for long while idle, a broken one is replaced at its next use, and one that leads to a former
 * writer is dropped together with all that are as old.
 */
export class Pool {
  readonly #pool: DriverPool;
  readonly #openedAt = new WeakMap<object, number>();
  /** Connections that were opened before this moment are not used any more. */
  #retiredAt = Number.NEGATIVE_INFINITY;

  /** Why the last connection could not be had. */
  #unreachable: string | undefined;
  readonly #logger: Logger | undefined;
  readonly #host: string;

  constructor(options: PoolOptions, host: string, logger?: Logger) {
    this.#pool = createPool(options);
    this.#host = host;
    this.#logger = logger;
    this.#pool.on("connection", (connection) => this.#openedAt.set(connection, performance.now()));
  }

  /** One statement, or nothing within its limit. */
  readonly query: DriverPool["query"] = async (statement: unknown, values?: never) => {
    const connection = await this.getConnection();
    try {
      const response = await within(statementLimitMs, connection.query(statement as string, values));
      connection.release();
      return response as never;
    } catch (error) {
      if (isBroken(error)) this.discard(connection, error);
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

  /** Drops a connection for what happened on it, and with a former writer's all that may lead there as well. */
  discard(connection: PoolConnection, reason: unknown): void {
    if (isReadOnly(reason)) this.#retiredAt = performance.now();
    connection.destroy();
    // The driver says goodbye and waits; nobody may be there to answer.
    (connection.connection as unknown as { readonly stream: Socket }).stream.destroy();
  }

  /** Logs each change: that the database cannot be reached, another reason why, and that it can be again. */
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

/** Where a logger is given, the pool reports when the database cannot be reached, and when it can be again. */
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
  let told: string | undefined;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      const problem = error as Error;
      if (!isWanted()) throw problem;
      const reason = describeReason(problem);
      if (reason !== told) tell(problem);
      told = reason;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}
