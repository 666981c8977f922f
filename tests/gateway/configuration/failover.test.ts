import assert from "node:assert/strict";
import { before, t, test } from "tap";
import { handlers, operations } from "../../../local/rds/index.ts";
import { findCluster } from "../../../local/rds/running.ts";
import type { Properties } from "../../../local/resource.ts";
import { ask, createResource, type StartedRegion, startRegion } from "../../local/started-region.ts";
import { reserveNetwork } from "../../loopback.ts";
import { waitUntil } from "../../wait-until.ts";
import { describePerson } from "../admin/started-admin.ts";
import { StartedRole } from "../started-gateway.ts";
import { StartedRedis } from "../started-redis.ts";

const block = await reserveNetwork();
const password = "a-password-of-the-master";
const find = (name: string) => handlers.find(({ type }) => type.endsWith(`:${name}`))!;
let started: StartedRegion;
let redis: StartedRedis;
let admin: StartedRole;
const gateways: StartedRole[] = [];

async function startCluster(): Promise<Properties> {
  started = await startRegion(block);
  const { region } = started;
  const cluster = await createResource(region, find("Cluster"), {
    clusterIdentifier: "t-db",
    engine: "aurora-mysql",
    databaseName: "platform",
    masterUsername: "platform",
    masterPassword: password,
    port: 3306,
    skipFinalSnapshot: true,
  });
  const instances = [0, 1, 2].map((number) =>
    createResource(region, find("ClusterInstance"), {
      identifier: `t-db-${number}`,
      clusterIdentifier: "t-db",
      engine: "aurora-mysql",
      promotionTier: number,
    }),
  );
  await Promise.all(instances);
  return cluster.outputs;
}

before(async () => {
  const [outputs, cache] = await Promise.all([startCluster(), StartedRedis.start(block, { primaries: 1 })]);
  redis = cache;
  const environment = {
    ENVIRONMENT: "test",
    ISSUER: "https://api.test",
    CLIENT_CERTIFICATES_VERIFIED: "on",
    DATABASE_HOST: String(outputs.endpoint),
    DATABASE_READER_HOST: String(outputs.readerEndpoint),
    DATABASE_USER: "platform",
    DATABASE_PASSWORD: password,
    NODE_EXTRA_CA_CERTS: started.region.authorityFile,
    REDIS_HOST: redis.host,
    REDIS_PORT: String(redis.port),
    REDIS_TLS: "off",
    UPSTREAM_URL: "http://127.0.0.1:9000",
    DRAIN_SECONDS: "2",
  };
  admin = new StartedRole("admin", `${block}.3.40`, environment);
  for (const host of [`${block}.3.30`, `${block}.3.31`])
    gateways.push(new StartedRole("gateway", host, environment));
  await Promise.all([admin, ...gateways].map((role) => role.waitUntilReady()));
});
t.teardown(async () => {
  await Promise.all([admin, ...gateways].map((role) => role?.process.end()));
  await redis?.stop();
  await started?.[Symbol.asyncDispose]();
});

interface ReceivedResponse {
  readonly status: number;
  readonly version?: number;
  readonly code?: string;
  readonly versions?: readonly { readonly differences: readonly { readonly name: string }[] }[];
}

async function call(path: string, method = "GET", json?: object): Promise<ReceivedResponse> {
  const response = await fetch(admin.origin + path, {
    method,
    headers: {
      ...describePerson("operator"),
      ...(json === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  });
  return { ...((await response.json()) as object), status: response.status };
}

const putScope = (name: string, basedOn: number) =>
  call(`/api/scopes/${name}?basedOn=${basedOn}`, "PUT", { description: name });

const nameWriter = () => findCluster(started.region, "t-db")!.writer?.name;

async function failOver(): Promise<void> {
  const before = nameWriter();
  await ask(started.region, operations, "rds", {
    operation: "FailoverDBCluster",
    input: { DBClusterIdentifier: "t-db" },
  });
  await waitUntil("another writer", () => ![before, undefined].includes(nameWriter()), 15_000);
  await waitUntil("every instance", async () => {
    const response = await ask(started.region, operations, "rds", { operation: "DescribeDBClusters" });
    const { DBCluster } = response.DBClusters as { DBCluster: readonly { readonly Status: string }[] };
    return DBCluster[0]?.Status === "available";
  });
}

interface Sent {
  readonly name: string;
  readonly basedOn: number;
  readonly response: ReceivedResponse;
}

/** Sends one change after another until it is stopped. */
async function keepChanging(sent: Sent[], isOver: () => boolean): Promise<void> {
  let { version: basedOn = 0 } = await call("/api/configuration");
  while (!isOver()) {
    const name = `failover:${sent.length}`;
    const response = await putScope(name, basedOn);
    sent.push({ name, basedOn, response });
    if (response.version !== undefined) basedOn = response.version;
    else await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** How often each scope was added, by the history. */
async function countAdditions(): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  let before = Number.MAX_SAFE_INTEGER;
  for (;;) {
    const { versions = [] } = await call(`/api/versions?limit=100&before=${Math.min(before, 1e12)}`);
    for (const { differences } of versions)
      for (const { name } of differences) counts.set(name, (counts.get(name) ?? 0) + 1);
    if (versions.length < 100) return counts;
    before = (versions.at(-1) as unknown as { version: number }).version;
  }
}

test("changes during two lost writers are stored as reported, and a retried one is stored once", async (context) => {
  const sent: Sent[] = [];
  let isOver = false;
  const changing = keepChanging(sent, () => isOver);
  for (let loss = 0; loss < 2; loss++) {
    const before = sent.length;
    await waitUntil("changes are made", () => sent.length >= before + 10);
    await failOver();
  }
  const before = sent.length;
  await waitUntil("changes are made again", () => sent.length >= before + 5);
  isOver = true;
  await changing;

  const refused = sent.filter(({ response }) => response.status === 503);
  const stored = sent.filter(({ response }) => response.status === 201);
  context.comment(
    `${stored.length} stored, ${refused.map(({ response }) => response.code).join() || "none"} refused`,
  );
  assert.equal(stored.length + refused.length, sent.length, JSON.stringify(sent.at(-1)));
  for (const { response } of refused)
    assert.match(response.code ?? "", /^DMM_ADMIN_(CHANGE_NOT_STORED|STORE_UNAVAILABLE)$/);
  const counts = await countAdditions();
  for (const { name } of stored) assert.equal(counts.get(name), 1, name);
  for (const { name } of refused) assert.equal(counts.get(name), undefined, name);

  // A client that lost a response retries the last change: it is the same version. Older ones are stale, and are
  // not applied again.
  const last = stored.at(-1)!;
  const again = await putScope(last.name, last.basedOn);
  assert.deepEqual([again.status, again.version], [201, last.response.version]);
  assert.equal((await putScope(stored[0]!.name, stored[0]!.basedOn)).status, 409);
  assert.equal((await countAdditions()).get(last.name), 1);

  await waitUntil("both gateways serve the last version", async () => {
    const versions = gateways.map(async ({ origin }) => {
      const response = await fetch(`${origin}/health/ready`);
      return ((await response.json()) as { version: number }).version;
    });
    return (await Promise.all(versions)).every((version) => version === last.response.version);
  });
});
