import { join } from "node:path";
import { execa } from "execa";
import { type Connection, createConnection } from "mysql2/promise";
import { findTool } from "../processes/programs.ts";
import { StartedProcess } from "../processes/started-process.ts";

/** Connection data for a gateway. */
export interface StartedDatabase extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  query(statement: string, values?: readonly unknown[]): Promise<unknown>;
}

const user = "platform";
const password = "not-a-secret";

/** MariaDB with an empty schema `platform`, in a new folder. */
export async function startDatabase(host: string, port: number, directory: string): Promise<StartedDatabase> {
  const socketPath = join(directory, "database.socket");
  await install(directory);
  const process = launch(host, port, directory, socketPath);
  const openRoot = () => createConnection({ socketPath, user: "root" });
  await process.waitUntil("the database to respond", async () => {
    const connection = await openRoot().catch(() => undefined);
    connection?.destroy();
    return connection !== undefined;
  });
  const root = await openRoot();
  await root.query("CREATE DATABASE platform");
  await root.query(`CREATE USER ${user}@'%' IDENTIFIED BY '${password}'`);
  await root.query(`GRANT ALL ON platform.* TO ${user}@'%'`);
  root.destroy();
  let connection: Promise<Connection> | undefined;
  return {
    host,
    port,
    user,
    password,
    async query(statement, values = []) {
      connection ??= createConnection({ host, port, user, password, database: "platform" });
      const [rows] = await (await connection).query(statement, [...values]);
      return rows;
    },
    async [Symbol.asyncDispose]() {
      (await connection)?.destroy();
      await process[Symbol.asyncDispose]();
    },
  };
}

function launch(host: string, port: number, directory: string, socketPath: string): StartedProcess {
  const { command, environment, share } = findTool("mariadbd");
  const args = [
    "--no-defaults",
    `--datadir=${directory}/database`,
    `--socket=${socketPath}`,
    `--pid-file=${directory}/database.pid`,
    // Without the folder, the server uses its default.
    ...(share === undefined ? [] : [`--lc-messages-dir=${share}`, `--character-sets-dir=${share}/charsets`]),
    `--bind-address=${host}`,
    `--port=${port}`,
    "--innodb-buffer-pool-size=16M",
    "--innodb-log-file-size=8M",
    "--skip-name-resolve",
    "--user=root",
  ];
  return new StartedProcess({ command, args, environment, place: "test-bed" });
}

async function install(directory: string): Promise<void> {
  const { share } = findTool("mariadbd");
  const { command, environment } = findTool("mariadb-install-db");
  const args = [
    "--no-defaults",
    `--basedir=${join(command, "../..")}`,
    `--datadir=${directory}/database`,
    "--auth-root-authentication-method=normal",
    "--skip-test-db",
    "--skip-name-resolve",
    ...(share === undefined ? [] : [`--lc-messages-dir=${share}`]),
    "--innodb-log-file-size=8M",
    "--user=root",
  ];
  await execa(command, args, { env: environment, stdin: "ignore" });
}
