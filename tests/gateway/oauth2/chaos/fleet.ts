import { StartedRole, startGateway, type TestBed } from "../../started-gateway.ts";
import { StartedMariadb } from "../../started-mariadb.ts";
import { StartedRedis } from "../../started-redis.ts";
import { redirectUri } from "../started-server.ts";

const environment = {
  CLIENT_SECRET_KEY: "key-of-client-secrets-in-a-test",
  LOGIN: "development",
  LOG_LEVEL: "info",
  // Shorter than the nodes' own timeout, as in production: an unresponsive node is distrusted before it is
  // replaced.
  REDIS_TIMEOUT_MS: "500",
};

/** Three gateways on a Redis Cluster of three primaries with a replica each. */
export class Fleet {
  readonly redis: StartedRedis;
  readonly gateways: readonly StartedRole[];
  readonly #read: number[] = [];
  readonly #others: readonly { stop(): Promise<unknown> }[];

  private constructor(
    redis: StartedRedis,
    gateways: readonly StartedRole[],
    others: readonly { stop(): Promise<unknown> }[],
  ) {
    this.redis = redis;
    this.gateways = gateways;
    this.#others = others;
  }

  /** Why the gateways refused token requests since the last call. */
  readRefusals(): readonly string[] {
    return this.gateways.flatMap((gateway, index) => {
      const { output } = gateway.process;
      const lines = output.slice(this.#read[index] ?? 0).split("\n");
      this.#read[index] = output.length;
      return lines.filter((line) => line.includes("token request refused"));
    });
  }

  static async start(block: string): Promise<Fleet> {
    await using stack = new AsyncDisposableStack();
    const keep = async <T extends { stop(): Promise<unknown> }>(starting: Promise<T>): Promise<T> => {
      const started = await starting;
      stack.defer(async () => void (await started.stop()));
      return started;
    };
    const stub = new StartedRole("stub", `${block}.1.20`, {});
    stack.defer(async () => void (await stub.process.end()));
    const [database, redis] = await Promise.all([
      keep(StartedMariadb.start(`${block}.1.50`)),
      keep(StartedRedis.start(block, { primaries: 3, replicas: true, nodeTimeoutMs: 2000 })),
    ]);
    await stub.waitUntilReady();
    const testBed: TestBed = { database, redis, upstreamUrl: stub.origin };
    const gateways: StartedRole[] = [];
    for (const address of [30, 31, 32]) {
      const gateway = await startGateway(`${block}.1.${address}`, testBed, environment);
      stack.defer(async () => void (await gateway.process.end()));
      gateways.push(gateway);
    }
    await database.query("INSERT INTO clients SET ?", [
      {
        client_id: "app",
        public: true,
        scopes: "verify:read verify:write",
        grant_types: "authorization_code refresh_token",
        redirect_uris: redirectUri,
        token_endpoint_auth_method: "none",
      },
    ]);
    await database.query("UPDATE configuration SET version = version + 1");
    const kept = stack.move();
    return new Fleet(redis, gateways, [{ stop: () => kept.disposeAsync() }]);
  }

  async stop(): Promise<void> {
    for (const other of this.#others) await other.stop();
  }
}
