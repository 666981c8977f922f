import { userInfo } from "node:os";

/** Options that determine the files, so they apply to the template and to every instance alike. */
export const storageOptions: readonly string[] = [
  "--innodb-log-file-size=8M",
  "--innodb-data-file-path=ibdata1:10M:autoextend",
];

/** Small: several instances share a machine with everything else. */
const sizeOptions: readonly string[] = [
  "--innodb-buffer-pool-size=24M",
  "--innodb-log-buffer-size=2M",
  "--innodb-buffer-pool-dump-at-shutdown=OFF",
  "--innodb-buffer-pool-load-at-startup=OFF",
  "--innodb-purge-threads=1",
  "--innodb-read-io-threads=1",
  "--innodb-write-io-threads=2",
  "--innodb-use-native-aio=OFF",
  "--performance-schema=OFF",
  "--aria-pagecache-buffer-size=1M",
  "--key-buffer-size=64K",
  "--table-open-cache=200",
  "--thread-cache-size=8",
  "--max-connections=200",
];

/**
 * Acknowledged commits survive the process: every commit is passed to the kernel before the client gets its
 * response, and doublewrite (on by default) repairs pages that a kill left incomplete. A crash of the machine
 * itself may cost a second; then the environment is gone anyway.
 */
const durabilityOptions: readonly string[] = ["--innodb-flush-log-at-trx-commit=2", "--sync-binlog=0"];

/**
 * GTID replication, and semi-synchronous: a commit waits until one reader has it, and is not visible before
 * (AFTER_SYNC). Aurora's readers share the writer's storage; this gives the same guarantee here. Without any
 * reader the writer does not wait, like an Aurora cluster of one.
 */
const replicationOptions: readonly string[] = [
  "--log-bin=binlog",
  "--binlog-format=ROW",
  "--log-slave-updates=ON",
  "--gtid-strict-mode=ON",
  "--relay-log=relay",
  "--relay-log-recovery=ON",
  "--skip-slave-start",
  "--slave-net-timeout=5",
  "--rpl-semi-sync-slave-enabled=ON",
  "--rpl-semi-sync-slave-kill-conn-timeout=1",
  "--rpl-semi-sync-master-wait-point=AFTER_SYNC",
  "--rpl-semi-sync-master-wait-no-slave=OFF",
  "--rpl-semi-sync-master-timeout=10000",
];

/** Defaults of MySQL 8 that MariaDB lacks, so that the program gets the same rules. */
const mysqlOptions: readonly string[] = [
  "--sql-mode=ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION",
  "--character-set-server=utf8mb4",
  "--collation-server=utf8mb4_unicode_520_ci",
  "--explicit-defaults-for-timestamp=ON",
];

/** Inputs of an instance's command line. */
export interface InstanceOptions {
  readonly dataDirectory: string;
  readonly temporaryDirectory: string;
  readonly share: string | undefined;
  readonly address: string;
  readonly port: number;
  readonly serverId: number;
  readonly certificateFile: string;
  readonly keyFile: string;
  readonly authorityFile: string;
  /** `SLAVE` discards what no reader confirmed before a crash; see MDEV-21117. */
  readonly startsAs: "MASTER" | "SLAVE";
  /** From the parameter groups, as `--name=value`. */
  readonly parameters: readonly string[];
}

/** The command line of one instance. It contains no secret: accounts are created through the local socket. */
export function instanceArguments(options: InstanceOptions): readonly string[] {
  return [
    "--no-defaults",
    ...(options.share
      ? [`--lc-messages-dir=${options.share}`, `--character-sets-dir=${options.share}/charsets`]
      : []),
    `--datadir=${options.dataDirectory}`,
    `--tmpdir=${options.temporaryDirectory}`,
    // Relative to the data folder: a socket's path may have 107 bytes, a checkout's may be longer.
    "--socket=admin.sock",
    "--pid-file=instance.pid",
    `--bind-address=${options.address}`,
    `--port=${options.port}`,
    `--server-id=${options.serverId}`,
    `--ssl-cert=${options.certificateFile}`,
    `--ssl-key=${options.keyFile}`,
    `--ssl-ca=${options.authorityFile}`,
    "--tls-version=TLSv1.2,TLSv1.3",
    "--skip-name-resolve",
    "--max-connect-errors=4294967295",
    // A starting instance is a reader until the region promotes it: there is never a second writer.
    "--read-only=ON",
    `--init-rpl-role=${options.startsAs}`,
    ...processUserOptions(),
    ...storageOptions,
    ...sizeOptions,
    ...durabilityOptions,
    ...replicationOptions,
    ...mysqlOptions,
    ...options.parameters,
  ];
}

/** mariadbd refuses to run as root unless configured to. */
export function processUserOptions(): readonly string[] {
  return userInfo().uid === 0 ? ["--user=root"] : [];
}
