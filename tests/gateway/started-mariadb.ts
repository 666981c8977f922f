import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { createConnection } from "mysql2/promise";
import { findProgram, mariadbShare, StartedProcess, waitUntil } from "./started-process.ts";

/** A database server with an empty schema `platform` and the user `platform`. */
export class StartedMariadb {
  readonly host: string;
  readonly port = 7306;
  readonly user = "platform";
  readonly password = "not-a-secret";
  readonly #directory: string;
  #process: StartedProcess;

  private constructor(host: string, directory: string) {
    this.host = host;
    this.#directory = directory;
    this.#process = this.#launch();
  }

  static async start(host: string): Promise<StartedMariadb> {
    const directory = await mkdtemp(join(tmpdir(), "gateway-mariadb-"));
    await install(directory);
    const started = new StartedMariadb(host, directory);
    await started.#waitUntilReachable();
    await started.#createUser();
    return started;
  }

  /** Runs a statement as the platform's user. */
  async query(statement: string, values: readonly unknown[] = []): Promise<Record<string, unknown>[]> {
    const connection = await createConnection({
      host: this.host,
      port: this.port,
      user: this.user,
      password: this.password,
      database: "platform",
    });
    try {
      const [rows] = await connection.query(statement, [...values]);
      return rows as Record<string, unknown>[];
    } finally {
      connection.destroy();
    }
  }

  async pause(): Promise<void> {
    await this.#process.end();
  }

  async resume(): Promise<void> {
    this.#process = this.#launch();
    await this.#waitUntilReachable();
  }

  async stop(): Promise<void> {
    await this.#process.end();
    await rm(this.#directory, { recursive: true, force: true });
  }

  #launch(): StartedProcess {
    return StartedProcess.ofToolchain("mariadbd", [
      "--no-defaults",
      `--datadir=${this.#directory}/data`,
      `--socket=${this.#directory}/socket`,
      `--pid-file=${this.#directory}/pid`,
      `--lc-messages-dir=${mariadbShare}`,
      `--character-sets-dir=${mariadbShare}/charsets`,
      `--bind-address=${this.host}`,
      `--port=${this.port}`,
      "--innodb-buffer-pool-size=16M",
      "--innodb-log-file-size=8M",
      "--innodb-flush-log-at-trx-commit=0",
      "--skip-name-resolve",
      "--user=root",
    ]);
  }

  #root() {
    return createConnection({ socketPath: `${this.#directory}/socket`, user: "root" });
  }

  async #waitUntilReachable(): Promise<void> {
    await waitUntil(
      "the database answers",
      async () => {
        if (this.#process.exited) throw new Error(`mariadbd ended:\n${this.#process.output}`);
        const connection = await this.#root().catch(() => undefined);
        connection?.destroy();
        return connection !== undefined;
      },
      20_000,
    );
  }

  async #createUser(): Promise<void> {
    const root = await this.#root();
    await root.query("CREATE DATABASE platform");
    await root.query(`CREATE USER platform@'%' IDENTIFIED BY '${this.password}'`);
    await root.query("GRANT ALL ON platform.* TO platform@'%'");
    root.destroy();
  }
}

async function install(directory: string): Promise<void> {
  const program = findProgram("mariadb-install-db");
  const basedir = program.includes("/") ? resolve(program, "../..") : "/usr";
  await promisify(execFile)(
    program,
    [
      "--no-defaults",
      `--basedir=${basedir}`,
      `--datadir=${directory}/data`,
      "--auth-root-authentication-method=normal",
      "--skip-test-db",
      "--skip-name-resolve",
      `--lc-messages-dir=${mariadbShare}`,
      "--innodb-log-file-size=8M",
      "--user=root",
    ],
    { env: { ...process.env, LD_LIBRARY_PATH: StartedProcess.libraries } },
  );
}
