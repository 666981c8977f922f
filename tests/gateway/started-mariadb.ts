import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { createConnection } from "mysql2/promise";
import { installedTool } from "../installed-tools.ts";
import { waitUntil } from "../wait-until.ts";
import type { CertificateFiles } from "./certificates.ts";
import { StartedProcess } from "./started-process.ts";

/** A database server with an empty schema `platform` and the user `platform`. */
export class StartedMariadb {
  readonly host: string;
  readonly port = 7306;
  readonly user = "platform";
  readonly password = "not-a-secret";
  readonly #directory: string;
  readonly #tls: CertificateFiles | undefined;
  readonly #addresses: readonly string[];
  #process: StartedProcess;

  private constructor(addresses: readonly string[], directory: string, tls: CertificateFiles | undefined) {
    this.host = addresses[0]!;
    this.#addresses = addresses;
    this.#directory = directory;
    this.#tls = tls;
    this.#process = this.#launch();
  }

  /** With certificates, TLS is required. */
  static async start(addresses: string | readonly string[], tls?: CertificateFiles): Promise<StartedMariadb> {
    const directory = await mkdtemp(join(tmpdir(), "gateway-mariadb-"));
    let started: StartedMariadb | undefined;
    try {
      await install(directory);
      started = new StartedMariadb([addresses].flat(), directory, tls);
      await started.#waitUntilReachable();
      await started.#createUser();
      return started;
    } catch (error) {
      await started?.stop();
      await rm(directory, { recursive: true, force: true });
      throw error;
    }
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

  /** Makes it a reader, as a failover does with a former writer, or the writer again; connections stay. */
  async setReadOnly(isReader: boolean): Promise<void> {
    const root = await this.#root();
    await root.query(`SET GLOBAL read_only = ${isReader ? "ON" : "OFF"}`);
    root.destroy();
  }

  /** A master user as RDS has one: it may create accounts and grant what it may do itself. */
  async createAdministrator(): Promise<{ readonly user: string; readonly password: string }> {
    const administrator = { user: "administrator", password: "not-a-secret-either" };
    const root = await this.#root();
    await root.query(`CREATE USER administrator@'%' IDENTIFIED BY '${administrator.password}'`);
    await root.query("GRANT ALL ON *.* TO administrator@'%' WITH GRANT OPTION");
    root.destroy();
    return administrator;
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
    const { share } = installedTool("mariadbd");
    return StartedProcess.ofToolchain("mariadbd", [
      "--no-defaults",
      `--datadir=${this.#directory}/data`,
      // A starting server deletes temporary tables, including those of another one in the same folder.
      `--tmpdir=${this.#directory}`,
      `--socket=${this.#directory}/socket`,
      `--pid-file=${this.#directory}/pid`,
      // Without the folder, the server uses its default.
      ...(share === undefined
        ? []
        : [`--lc-messages-dir=${share}`, `--character-sets-dir=${share}/charsets`]),
      `--bind-address=${this.#addresses.join(",")}`,
      `--port=${this.port}`,
      "--innodb-buffer-pool-size=16M",
      "--innodb-log-file-size=8M",
      "--skip-name-resolve",
      "--user=root",
      ...(this.#tls === undefined
        ? []
        : [
            `--ssl-cert=${this.#tls.certificate}`,
            `--ssl-key=${this.#tls.key}`,
            "--require-secure-transport=on",
          ]),
    ]);
  }

  #root() {
    return createConnection({ socketPath: `${this.#directory}/socket`, user: "root" });
  }

  async #waitUntilReachable(): Promise<void> {
    await waitUntil(
      "the database to respond",
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
  const { share: installed } = installedTool("mariadbd");
  const { command, environment } = installedTool("mariadb-install-db");
  // The script does not support paths with spaces, and a checkout may have one.
  const root = dirname(dirname(installed ?? command));
  const base = join(directory, "installed");
  await symlink(root, base);
  const within = (path: string) =>
    path.startsWith(`${root}/`) ? join(base, path.slice(root.length + 1)) : path;
  const share = installed && within(installed);
  await execa(
    within(command),
    [
      "--no-defaults",
      `--basedir=${base}`,
      `--datadir=${directory}/data`,
      "--auth-root-authentication-method=normal",
      "--skip-test-db",
      "--skip-name-resolve",
      ...(share === undefined ? [] : [`--lc-messages-dir=${share}`]),
      "--innodb-log-file-size=8M",
      "--user=root",
    ],
    { env: { TMPDIR: directory, ...environment } },
  );
}
