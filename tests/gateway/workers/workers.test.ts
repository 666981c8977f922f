import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { createPool } from "mysql2/promise";
import { pino } from "pino";
import { before, t, test } from "tap";
import { Broadcast } from "../../../gateway/fleet/broadcast.ts";
import { deriveNotificationKey } from "../../../gateway/fleet/notification.ts";
import { reserveNetwork } from "../../loopback.ts";
import { waitUntil } from "../../wait-until.ts";
import { issueToken, startGateway } from "../started-gateway.ts";
import { StartedProcess } from "../started-process.ts";
import { StartedPlatform } from "../started-test-bed.ts";

const network = await reserveNetwork();

let platform: StartedPlatform;

before(async () => {
  platform = await StartedPlatform.start(network);
});

t.teardown(() => platform?.stop());

function readChildren(pid: number): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((candidate) => {
      try {
        return Number(readFileSync(`/proc/${candidate}/stat`, "utf8").split(") ")[1]!.split(" ")[1]) === pid;
      } catch {
        return false;
      }
    });
}

test("workers share the port, are replaced when they end, and end together", async () => {
  const gateway = await startGateway(`${network}.1.31`, platform.testBed, { GATEWAY_WORKERS: "2" });
  const pid = gateway.process.child.pid!;
  try {
    await waitUntil("both serve", () => gateway.process.output.match(/"msg":"serving"/g)?.length === 2);
    const token = await issueToken(gateway);
    const ask = () =>
      fetch(`${gateway.origin}/verify/echo`, {
        headers: { authorization: `Bearer ${token}`, connection: "close" },
      });
    assert.equal((await ask()).status, 200);
    const [first] = readChildren(pid);
    process.kill(first!, "SIGKILL");
    await waitUntil("a third serves", () => gateway.process.output.match(/"msg":"serving"/g)?.length === 3);
    assert.equal(readChildren(pid).length, 2);
    assert.equal((await ask()).status, 200);
  } finally {
    const children = readChildren(pid);
    assert.equal(await gateway.process.end("SIGTERM"), 0);
    assert.ok(children.length === 2 && children.every((child) => !readChildren(process.pid).includes(child)));
  }
});

test("a replacement worker gets no request before it can serve it", async (context) => {
  const gateway = await startGateway(`${network}.1.34`, platform.testBed, { GATEWAY_WORKERS: "2" });
  context.teardown(() => gateway.process.end("SIGTERM"));
  const countServing = () => gateway.process.output.match(/"msg":"serving"/g)?.length;
  await waitUntil("both serve", () => countServing() === 2);
  process.kill(readChildren(gateway.process.child.pid!)[0]!, "SIGKILL");
  const statuses = new Set<number>();
  await waitUntil("a third serves", async () => {
    const responses = Array.from({ length: 8 }, () =>
      fetch(`${gateway.origin}/health/ready`, { headers: { connection: "close" } }).then(
        ({ status }) => statuses.add(status),
        // Connections that the killed one had not accepted yet.
        () => {},
      ),
    );
    await Promise.all(responses);
    return countServing() === 3;
  });
  assert.deepEqual([...statuses], [200]);
});

test("all workers serve a version when one of them has acknowledged it", async (context) => {
  const { database } = platform.testBed;
  // No worker polls for a version here.
  const gateway = await startGateway(`${network}.1.33`, platform.testBed, {
    GATEWAY_WORKERS: "3",
    CONFIGURATION_POLL_MS: "60000",
  });
  context.teardown(() => gateway.process.end("SIGTERM"));
  await waitUntil("all serve", () => gateway.process.output.match(/"msg":"serving"/g)?.length === 3);
  const pool = createPool({
    host: database.host,
    port: database.port,
    user: database.user,
    password: database.password,
    database: "platform",
  });
  context.teardown(() => pool.end());
  await waitUntil("it announced itself", async () => {
    const rows = await database.query(`SELECT state FROM gateways WHERE address = '${network}.1.33'`);
    assert.ok(rows.length <= 1, `${rows.length} entries of one gateway`);
    return rows[0]?.state === "serving";
  });
  const broadcast = new Broadcast({
    pool,
    key: deriveNotificationKey(database.password),
    logger: pino({ level: "silent" }),
  });
  await database.query("UPDATE configuration SET version = version + 1");
  const [row] = await database.query("SELECT version FROM configuration");
  const { missing } = await broadcast.notify(Number(row!.version));
  assert.deepEqual(
    missing.filter(({ address }) => address === `${network}.1.33`),
    [],
  );
  for (let attempt = 0; attempt < 12; attempt++) {
    const response = await fetch(`${gateway.origin}/health/live`, { headers: { connection: "close" } });
    assert.equal(((await response.json()) as { version: number }).version, Number(row!.version));
  }
});

test("invalid settings end the process, whatever the number of workers", async () => {
  await assert.rejects(
    startGateway(`${network}.1.32`, platform.testBed, { GATEWAY_WORKERS: "2", DRAIN_SECONDS: "never" }),
    /error DMM_GATEWAY_SETTINGS_INVALID: The gateway cannot start:\n {2}DRAIN_SECONDS is "never".*\n {2}Set the variables/s,
  );
});

test("workers end when the process that started them is killed", async () => {
  const gateway = await startGateway(`${network}.1.35`, platform.testBed, { GATEWAY_WORKERS: "2" });
  await waitUntil("both serve", () => gateway.process.output.match(/"msg":"serving"/g)?.length === 2);
  const children = readChildren(gateway.process.child.pid!);
  assert.equal(children.length, 2);
  await gateway.process.end("SIGKILL");
  try {
    await waitUntil("they have ended", () => !children.some((pid) => existsSync(`/proc/${pid}`)), 10_000);
  } finally {
    for (const pid of children) if (existsSync(`/proc/${pid}`)) process.kill(pid, "SIGKILL");
  }
});

test("a worker that cannot be started is started again, and one that ends by the forwarded signal ends well", async (context) => {
  const parent = new StartedProcess(process.execPath, [resolve(import.meta.dirname, "fork-failure.ts")]);
  context.teardown(() => parent.end());
  await parent.says("worker waits");
  assert.match(parent.output, /Worker 1 could not be started \(.*ENOENT.*\) and is being restarted/);
  assert.equal(await parent.end("SIGTERM"), 0);
});
