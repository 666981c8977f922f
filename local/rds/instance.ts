import { mkdirSync, rmSync } from "node:fs";
import { userInfo } from "node:os";
import { join, relative } from "node:path";
import type { RowDataPacket } from "mysql2/promise";
import { pollUntil } from "../../machine/wait.ts";
import { LocalError } from "../errors.ts";
import type { Region, RunningProcess } from "../region.ts";
import { instanceArguments } from "./server-options.ts";
import { copyTemplate } from "./template.ts";

const startWithinMs = 20_000;
const responseLimitMs = 10_000;

/** Settings that an instance inherits from its cluster. */
export interface ClusterSettings {
  readonly port: number;
  /** Clients reach an instance through these, so its certificate names them. */
  readonly endpointAddresses: readonly string[];
  readonly clusterParameters: readonly string[];
}

/** One mariadbd with its own address. Its current role is known to its cluster. */
export class DatabaseInstance {
  readonly region: Region;
  readonly name: string;
  readonly zone: number;
  readonly address: string;
  readonly promotionTier: number;
  readonly settings: ClusterSettings;
  /** `--name=value` from the instance's own parameter group. */
  readonly parameters: readonly string[];
  onExit: (() => void) | undefined;

  constructor(
    region: Region,
    plan: {
      readonly name: string;
      readonly zone: number;
      readonly promotionTier: number;
      readonly settings: ClusterSettings;
      readonly parameters: readonly string[];
    },
  ) {
    this.region = region;
    this.name = plan.name;
    this.zone = plan.zone;
    this.promotionTier = plan.promotionTier;
    this.settings = plan.settings;
    this.parameters = plan.parameters;
    this.address = region.addresses.claim(plan.zone, this.#owner);
  }

  get process(): RunningProcess | undefined {
    return this.region.supervisor.get(this.#owner);
  }

  get #owner(): string {
    return `mariadb/${this.name}`;
  }

  get #directory(): string {
    return join(this.region.directory, "mariadb", this.name);
  }

  get #dataDirectory(): string {
    return join(this.#directory, "data");
  }

  /** Authenticates the instance to clients and to the writer that it follows. */
  certificate(): ReturnType<Region["certificates"]["issue"]> {
    const addresses = [this.address, ...this.settings.endpointAddresses];
    return this.region.certificates.issue({ name: this.#owner, addresses });
  }

  /**
   * Certificate, key and authority as paths for mariadbd, relative to its data folder, where it runs. It truncates
   * paths at 511 bytes, and they are used in SQL.
   */
  files({ certificateFile, keyFile }: { readonly certificateFile: string; readonly keyFile: string }) {
    const named = (file: string) => relative(this.#dataDirectory, file);
    return {
      certificateFile: named(certificateFile),
      keyFile: named(keyFile),
      authorityFile: named(this.region.authorityFile),
    };
  }

  /** An empty database, as every instance begins. */
  async reset(): Promise<void> {
    await copyTemplate(this.region, this.#dataDirectory);
  }

  /** Starts the process and waits until it responds. */
  async start(startsAs: "MASTER" | "SLAVE"): Promise<void> {
    const { mariadbd } = this.region.tools;
    const temporaryDirectory = join(this.#directory, "tmp");
    mkdirSync(temporaryDirectory, { recursive: true, mode: 0o700 });
    const { certificateFile, keyFile } = await this.certificate();
    const [, , zone, host] = this.address.split(".").map(Number);
    const started = await this.region.supervisor.start({
      name: this.#owner,
      command: mariadbd.command,
      arguments: instanceArguments({
        port: this.settings.port,
        ...this.files({ certificateFile, keyFile }),
        dataDirectory: this.#dataDirectory,
        temporaryDirectory,
        share: mariadbd.share,
        address: this.address,
        serverId: (zone ?? 0) * 256 + (host ?? 0),
        startsAs,
        // The later one counts, so the instance's own group wins, as on Aurora.
        parameters: [...this.settings.clusterParameters, ...this.parameters],
      }),
      environment: mariadbd.environment,
      workingDirectory: this.#directory,
      listens: [`${this.address}:${this.settings.port}`],
      stop: { signal: "SIGTERM", withinMs: 5000 },
      onExit: () => this.onExit?.(),
    });
    await this.#waitUntilServing(started);
  }

  /** Runs statements one after the other as the local administrator and returns the rows of the last. */
  async query(...statements: readonly string[]): Promise<readonly RowDataPacket[]> {
    const { process } = this;
    if (!process) throw new Error(`mariadb/${this.name} is not running`);
    const { createConnection } = await import("mysql2/promise");
    const connection = await createConnection({
      socketPath: `/proc/${process.pid}/cwd/admin.sock`,
      user: userInfo().username,
      connectTimeout: responseLimitMs,
    });
    // An error between statements would otherwise end the region.
    connection.on("error", () => {});
    try {
      let rows: RowDataPacket[] = [];
      for (const sql of statements)
        [rows] = await connection.query<RowDataPacket[]>({ sql, timeout: responseLimitMs });
      return rows;
    } finally {
      // Closed with a goodbye, or each of these would be logged by the server as an aborted connection.
      void connection.end().catch(() => connection.destroy());
    }
  }

  /** Kills it immediately. */
  async kill(): Promise<void> {
    const { process } = this;
    process?.kill("SIGKILL");
    await process?.stop();
  }

  /** Ends it permanently and deletes its files and address. */
  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.#directory, { recursive: true, force: true });
    this.region.addresses.release(this.#owner);
  }

  async #waitUntilServing(started: RunningProcess): Promise<void> {
    let reason = "";
    const find = async () => {
      if (this.process !== started) return "gone";
      return await this.query("SELECT 1").then(
        () => "serving",
        (error: Error) => {
          reason = error.message;
          return undefined;
        },
      );
    };
    if ((await pollUntil(find, { withinMs: startWithinMs, everyMs: 10 })) === "serving") return;
    throw new LocalError("DMM_LOCAL_PART_NOT_SERVING", {
      part: `mariadb/${this.name}`,
      reason:
        this.process === started
          ? `no response within ${startWithinMs} ms: ${reason}`
          : "it ended while it was starting.",
    });
  }
}
