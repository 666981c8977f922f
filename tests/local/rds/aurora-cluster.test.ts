import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { createConnection } from "mysql2/promise";
import { before, t, test } from "tap";
import { handlers, operations } from "../../../local/rds/index.ts";
import { findCluster } from "../../../local/rds/running.ts";
import type { Properties, Resource } from "../../../local/resource.ts";
import { reserveNetwork } from "../../loopback.ts";
import { waitUntil } from "../../wait-until.ts";
import {
  ask,
  createResource,
  listenersOf,
  processesIn,
  type StartedRegion,
  startRegion,
} from "../started-region.ts";

const network = await reserveNetwork();

const block = await reserveNetwork();
const password = "a-password-of-the-master";
const find = (name: string) => handlers.find(({ type }) => type.endsWith(`:${name}`))!;
const clusterInputs: Properties = {
  clusterIdentifier: "t-db",
  engine: "aurora-mysql",
  databaseName: "platform",
  masterUsername: "platform",
  masterPassword: password,
  port: 3306,
  dbClusterParameterGroupName: "t-db",
  skipFinalSnapshot: true,
};

let started: StartedRegion;
let cluster: Resource;
let instances: readonly Resource[];

before(async () => {
  started = await startRegion(block);
  const parameters = [
    { name: "require_secure_transport", value: "ON" },
    { name: "tls_version", value: "TLSv1.2,TLSv1.3" },
    { name: "character_set_server", value: "utf8mb4" },
  ];
  await createResource(started.region, find("ClusterParameterGroup"), {
    name: "t-db",
    family: "aurora-mysql8.0",
    parameters,
  });
  cluster = await createResource(started.region, find("Cluster"), clusterInputs);
  instances = await Promise.all(
    [0, 1, 2, 3].map((number) =>
      createResource(started.region, find("ClusterInstance"), {
        identifier: `t-db-${number}`,
        clusterIdentifier: "t-db",
        engine: "aurora-mysql",
        promotionTier: number,
      }),
    ),
  );
});
t.teardown(() => started[Symbol.asyncDispose]());

interface ConnectOptions {
  readonly host?: string;
  readonly from?: string;
  readonly tls?: boolean;
}

async function connectAs(options: ConnectOptions = {}) {
  const host = options.host ?? String(cluster.outputs.endpoint);
  const connection = await createConnection({
    host,
    port: 3306,
    user: "platform",
    password,
    database: "platform",
    connectTimeout: 1000,
    ...(options.tls === false ? {} : { ssl: { ca: readFileSync(started.region.authorityFile) } }),
    ...(options.from ? { stream: () => connect({ host, port: 3306, localAddress: options.from! }) } : {}),
  });
  connection.on("error", () => {});
  return connection;
}

async function query(sql: string, options: ConnectOptions = {}): Promise<Record<string, unknown>[]> {
  const connection = await connectAs(options);
  try {
    const [rows] = await connection.query({ sql, timeout: 2000 });
    return rows as Record<string, unknown>[];
  } finally {
    connection.destroy();
  }
}

async function describeCluster() {
  const response = await ask(started.region, operations, "rds", {
    operation: "DescribeDBClusters",
    input: { DBClusterIdentifier: "t-db" },
  });
  return (response.DBClusters as { DBCluster: Record<string, never>[] }).DBCluster[0] as unknown as {
    Status: string;
    DBClusterMembers: { DBClusterMember: { DBInstanceIdentifier: string; IsClusterWriter: boolean }[] };
  };
}

const writerOf = (description: Awaited<ReturnType<typeof describeCluster>>) =>
  description.DBClusterMembers.DBClusterMember.filter((member) => member.IsClusterWriter).map(
    (member) => member.DBInstanceIdentifier,
  );

test("the first instance is the writer and the readers are in every zone", async () => {
  assert.equal(instances.filter((instance) => instance.outputs.writer).length, 1);
  assert.equal(new Set(instances.map((instance) => instance.outputs.availabilityZone)).size, 3);
  assert.equal((await describeCluster()).Status, "available");
});

test("a row written at the cluster endpoint is read at the reader endpoint", async () => {
  await query("CREATE TABLE written (number INT PRIMARY KEY) ENGINE = InnoDB");
  await query("INSERT INTO written VALUES (0)");
  const host = String(cluster.outputs.readerEndpoint);
  await waitUntil(
    "the row at a reader",
    async () => (await query("SELECT number FROM written", { host })).length === 1,
  );
  await assert.rejects(query("INSERT INTO written VALUES (-1)", { host }), /read-only/);
});

test("a connection without TLS is refused", async () => {
  await assert.rejects(connectAs({ tls: false }), /secure transport|Access denied/i);
});

test("a host outside the region cannot connect, to an instance or to an endpoint", async () => {
  const from = `${network}.0.1`;
  await assert.rejects(
    connectAs({ host: String(instances[1]!.outputs.endpoint), from }),
    /not allowed to connect/,
  );
  // An endpoint does not even send its greeting.
  await assert.rejects(connectAs({ from }), /ECONNRESET|closed/i);
});

test("the password is in no argument, no environment and no file of an instance", async () => {
  const { directory } = started.region;
  for (const instance of findCluster(started.region, "t-db")!.instances.values()) {
    const { pid } = instance.process!;
    for (const view of ["cmdline", "environ"]) {
      assert.doesNotMatch(readFileSync(`/proc/${pid}/${view}`, "utf8"), new RegExp(password));
    }
    const log = readFileSync(`${directory}/mariadb/${instance.name}/data/binlog.000001`, "latin1");
    assert.doesNotMatch(log, new RegExp(password));
  }
});

test("three consecutive lost writers lose no acknowledged row, and writing continues", async () => {
  const acknowledged = new Set<number>([0]);
  const gaps: number[] = [];
  let stopped = false;
  let next = 1;
  const write = async () => {
    let lastAt = performance.now();
    while (!stopped) {
      const connection = await connectAs().catch(() => undefined);
      if (!connection) continue;
      try {
        while (!stopped) {
          const number = next++;
          await connection.query({ sql: "INSERT INTO written VALUES (?)", timeout: 2000 }, [number]);
          acknowledged.add(number);
          gaps.push(performance.now() - lastAt);
          lastAt = performance.now();
        }
      } catch {
        // The writer is gone; the next connection finds the other one.
      } finally {
        connection.destroy();
      }
    }
  };
  const writers = Array.from({ length: 4 }, write);
  try {
    for (let loss = 0; loss < 3; loss += 1) {
      const [before] = writerOf(await describeCluster());
      await waitUntil("rows to be written", () => acknowledged.size > 200 * (loss + 1));
      await ask(started.region, operations, "rds", {
        operation: "FailoverDBCluster",
        input: { DBClusterIdentifier: "t-db" },
      });
      await waitUntil("another writer and all instances", async () => {
        const description = await describeCluster();
        return description.Status === "available" && writerOf(description)[0] !== before;
      });
    }
  } finally {
    stopped = true;
    await Promise.all(writers);
  }
  assert.ok(Math.max(...gaps) < 30_000, `writing stood still for ${Math.max(...gaps)} ms`);
  const kept = new Set((await query("SELECT number FROM written")).map((row) => row.number));
  assert.deepEqual(
    [...acknowledged].filter((number) => !kept.has(number)),
    [],
  );
  for (const instance of instances) {
    const host = String(instance.outputs.endpoint);
    await waitUntil(`${instance.id} to have every row`, async () => {
      const [row] = await query("SELECT COUNT(*) AS count FROM written", { host });
      return row!.count === kept.size;
    });
  }
});

test("a writer that hangs is replaced", async () => {
  const [before] = writerOf(await describeCluster());
  const hung = findCluster(started.region, "t-db")!.writer!.process!;
  hung.kill("SIGSTOP");
  await waitUntil("another writer", async () => writerOf(await describeCluster())[0] !== before);
  await waitUntil("all instances", async () => (await describeCluster()).Status === "available");
  await query("INSERT INTO written VALUES (-2)");
});

test("rows and roles survive a restart of the region", async () => {
  const before = writerOf(await describeCluster());
  const rows = await query("SELECT number FROM written");
  const region = await started.reopen();
  await find("Cluster").restore!(region, cluster);
  await Promise.all(
    instances.map((instance) =>
      find("ClusterInstance").restore!(region, region.resources.get(instance.type, instance.id)!),
    ),
  );
  assert.deepEqual(writerOf(await describeCluster()), before);
  assert.equal((await query("SELECT number FROM written")).length, rows.length);
});

test("a deleted cluster leaves no process, no listener and no file", async () => {
  const { region } = started;
  await Promise.all(instances.map((instance) => find("ClusterInstance").delete!(region, instance)));
  await find("Cluster").delete!(region, cluster);
  assert.deepEqual(listenersOf(block), []);
  assert.equal(processesIn(region.directory), 0);
});
