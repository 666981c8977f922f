import { waitUntil } from "../wait-until.ts";
import { StartedRole, startGateway, type TestBed } from "./started-gateway.ts";
import { StartedMariadb } from "./started-mariadb.ts";
import { StartedRedis } from "./started-redis.ts";

/** Database, Redis Cluster, stub and one gateway, on addresses of one block. */
export class StartedPlatform {
  readonly testBed: TestBed;
  readonly stub: StartedRole;
  readonly gateway: StartedRole;

  private constructor(testBed: TestBed, stub: StartedRole, gateway: StartedRole) {
    this.testBed = testBed;
    this.stub = stub;
    this.gateway = gateway;
  }

  static async start(
    block: string,
    options: {
      readonly redis?: { primaries: number; replica?: boolean };
      readonly environment?: Record<string, string>;
    } = {},
  ): Promise<StartedPlatform> {
    const releases: (() => Promise<unknown>)[] = [];
    const release = () => Promise.all(releases.map((one) => one()));
    const keep = async <T extends { stop(): Promise<unknown> }>(starting: Promise<T>): Promise<T> => {
      const started = await starting;
      releases.push(() => started.stop());
      return started;
    };
    const stub = new StartedRole("stub", `${block}.1.20`, {});
    releases.push(() => stub.process.end());
    const starting = [
      keep(StartedMariadb.start(`${block}.1.50`)),
      keep(StartedRedis.start(block, options.redis ?? { primaries: 1 })),
    ] as const;
    try {
      const [database, redis] = await Promise.all(starting);
      const testBed = { database, redis, upstreamUrl: stub.origin };
      await stub.waitUntilReady();
      const gateway = await startGateway(`${block}.1.30`, testBed, options.environment);
      return new StartedPlatform(testBed, stub, gateway);
    } catch (error) {
      await Promise.allSettled(starting);
      await release();
      throw error;
    }
  }

  /** Adds a route for everything below `/name/`, and waits until the gateway serves it. */
  async addRoute(
    name: string,
    options: {
      readonly origins: readonly string[];
      readonly methods?: string;
      readonly public?: boolean;
      readonly columns?: Record<string, unknown>;
    },
  ): Promise<void> {
    const { database } = this.testBed;
    await database.query("INSERT INTO upstreams (name) VALUES (?)", [name]);
    for (const origin of options.origins)
      await database.query("INSERT INTO upstream_targets (upstream, origin) VALUES (?, ?)", [name, origin]);
    const row = {
      name,
      methods: options.methods ?? "GET POST PUT DELETE",
      path: `/${name}/*`,
      upstream: name,
      public: options.public ?? true,
      ...options.columns,
    };
    await database.query("INSERT INTO routes SET ?", [row]);
    await this.publish();
  }

  /** Raises the version and waits until the gateway serves it. */
  async publish(): Promise<void> {
    const { database } = this.testBed;
    await database.query("UPDATE configuration SET version = version + 1");
    const [row] = await database.query("SELECT version FROM configuration");
    await waitUntil(`version ${row!.version} is served`, async () => {
      const response = await fetch(`${this.gateway.origin}/health/live`);
      const health = (await response.json()) as { version: number };
      return health.version === Number(row!.version);
    });
  }

  async stop(): Promise<void> {
    const { database, redis } = this.testBed;
    await Promise.all([this.gateway.process.end(), this.stub.process.end(), database.stop(), redis.stop()]);
  }
}
