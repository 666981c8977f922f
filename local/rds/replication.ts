import { waitUntil } from "../../machine/wait.ts";
import type { DatabaseInstance } from "./instance.ts";

const attachWithinMs = 4000;
const catchUpWithinSeconds = 5;

/**
 * The account with which readers follow the writer. It has no password: a client with a certificate of the
 * region's authority is one of the region's own processes. Local processes connect from 127.0.0.1.
 */
export const replicationAccount: readonly string[] = [
  "CREATE USER IF NOT EXISTS 'replication'@'127.0.0.1' REQUIRE X509",
  "GRANT REPLICATION SLAVE ON *.* TO 'replication'@'127.0.0.1'",
];

/** Makes an instance the writer; commits wait for a reader before the first of them is admitted. */
export const becomeWriter: readonly string[] = [
  "STOP SLAVE",
  "RESET SLAVE ALL",
  "SET GLOBAL rpl_semi_sync_master_enabled = ON",
  "SET GLOBAL read_only = OFF",
];

/** Makes an instance follow the writer and waits until it does; throws the reason if it cannot. */
export async function follow(reader: DatabaseInstance, writer: DatabaseInstance): Promise<void> {
  const { port } = reader.settings;
  const { certificateFile, keyFile, authorityFile } = reader.files(await reader.certificate());
  await reader.query(
    "STOP SLAVE",
    "SET GLOBAL read_only = ON",
    "SET GLOBAL rpl_semi_sync_master_enabled = OFF",
    // Nothing for a fresh instance or a reader; a former writer continues from its own transactions.
    "SET GLOBAL gtid_slave_pos = IF(@@gtid_binlog_pos = '', @@gtid_slave_pos, @@gtid_binlog_pos)",
    `CHANGE MASTER TO MASTER_HOST = '${writer.address}', MASTER_PORT = ${port}, MASTER_USER = 'replication',
       MASTER_CONNECT_RETRY = 1, MASTER_SSL = 1, MASTER_SSL_VERIFY_SERVER_CERT = 1, MASTER_SSL_CA = '${authorityFile}',
       MASTER_SSL_CERT = '${certificateFile}', MASTER_SSL_KEY = '${keyFile}', MASTER_USE_GTID = slave_pos`,
    "START SLAVE",
  );
  const follows = async () => {
    const status = await readStatus(reader);
    if (status.receiving && status.applying) return true;
    // A lost writer is reported immediately; waiting here would delay the promotion.
    const failure = writer.process === undefined ? "it is gone" : status.failure;
    if (failure !== "") throw new Error(`mariadb/${reader.name} does not follow ${writer.name}: ${failure}`);
    return false;
  };
  const limits = { withinMs: attachWithinMs, everyMs: 10 };
  await waitUntil(`mariadb/${reader.name} follows ${writer.name}`, follows, limits);
}

/** Stops receiving and returns up to which transaction the instance has received everything; -1 for none. */
export async function stopReceiving(
  reader: DatabaseInstance,
): Promise<{ readonly position: string; readonly sequence: number }> {
  await reader.query("STOP SLAVE IO_THREAD");
  const [status] = await reader.query("SHOW SLAVE STATUS");
  const position = String(status?.Gtid_IO_Pos ?? "");
  return { position, sequence: sequenceOf(position) };
}

/** Waits until everything received is applied as well. */
export async function applyReceived(reader: DatabaseInstance, position: string): Promise<void> {
  if (position === "") return;
  await reader.query(`SELECT MASTER_GTID_WAIT('${position}', ${catchUpWithinSeconds})`);
}

/** `0-266-1007` is transaction 1007 of the only domain. */
function sequenceOf(position: string): number {
  return Number(position.split("-").at(-1) || -1);
}

async function readStatus(reader: DatabaseInstance) {
  const [status] = await reader.query("SHOW SLAVE STATUS");
  return {
    receiving: status?.Slave_IO_Running === "Yes",
    applying: status?.Slave_SQL_Running === "Yes",
    failure: String(status?.Last_SQL_Error || (status?.Last_IO_Errno === 1236 ? status.Last_IO_Error : "")),
  };
}
