import assert from "node:assert/strict";
import { pino } from "pino";
import { before, t, test } from "tap";
import { changeConfiguration, readCurrent } from "../../../gateway/configuration/apply-change.ts";
import { putEntry } from "../../../gateway/configuration/document.ts";
import { createDatabasePool, type Pool } from "../../../gateway/database/pool.ts";
import { Broadcast } from "../../../gateway/fleet/broadcast.ts";
import { readFleet } from "../../../gateway/fleet/members.ts";
import {
  deriveNotificationKey,
  notificationPath,
  signNotification,
} from "../../../gateway/fleet/notification.ts";
import { reserveNetwork } from "../../loopback.ts";
import { waitUntil } from "../../wait-until.ts";
import { createRoute } from "../configuration/migrated-database.ts";
import { issueToken, type StartedRole, startGateway } from "../started-gateway.ts";
import { StartedPlatform } from "../started-test-bed.ts";

const block = await reserveNetwork();
const logger = pino({ level: "silent" });
// So slow that only a notification explains a fast change.
const environment = { CONFIGURATION_POLL_MS: "60000" };
let platform: StartedPlatform;
let second: StartedRole;
let pool: Pool;
let key: Buffer;
const author = { name: "alice" };

before(async () => {
  platform = await StartedPlatform.start(block, { environment });
  second = await startGateway(`${block}.1.31`, platform.testBed, environment);
  const { host, port, user, password } = platform.testBed.database;
  pool = createDatabasePool(
    { host, readerHost: host, port, name: "platform", user, password, tls: false },
    host,
  );
  key = deriveNotificationKey(password);
  await waitUntil("both gateways are announced", async () => (await readFleet(pool)).serving === 2);
});
t.teardown(async () => {
  await pool?.end();
  await second?.process.end();
  await platform?.stop();
});

async function addRoute(name: string): Promise<number> {
  const { version } = await readCurrent(pool);
  const route = { ...createRoute(name), path: "/verify/{any}", methods: ["PUT"] };
  const edit = (document: Parameters<Parameters<typeof changeConfiguration>[1]["edit"]>[0]) =>
    putEntry(document, "routes", { ...route, path: `/verify/${name}` });
  return (await changeConfiguration(pool, { basedOn: version, author, edit })).version;
}

test("a new version is acknowledged by every gateway, and served when it is acknowledged", async () => {
  const token = await issueToken(platform.gateway);
  const version = await addRoute("fresh");
  const propagation = await new Broadcast({ pool, key, logger }).notify(version);
  assert.deepEqual([propagation.acknowledged, propagation.of, propagation.missing], [2, 2, []]);
  for (const gateway of [platform.gateway, second]) {
    const response = await fetch(`${gateway.origin}/verify/fresh`, {
      method: "PUT",
      headers: { authorization: `Bearer ${token}` },
    });
    await response.arrayBuffer();
    // The stub does not know it either; but the gateway's own response would be a problem document.
    assert.notEqual(response.headers.get("content-type"), "application/problem+json");
  }
  await waitUntil("both announce the version", async () => (await readFleet(pool)).current === 2);
});

test("a gateway that acknowledged a version is immediately counted as serving it, before its heartbeat", async () => {
  const broadcast = new Broadcast({ pool, key, logger });
  for (const name of ["one", "two", "three"]) {
    const { acknowledged, of } = await broadcast.notify(await addRoute(name));
    const { current, serving } = await broadcast.fleetStatus.readHeartbeats();
    assert.ok(acknowledged > 0);
    assert.ok(current >= acknowledged, `${current} of ${acknowledged} that acknowledged`);
    assert.equal(serving, of);
  }
});

test("a gateway that does not respond is named, and the others do not wait for it", async () => {
  second.process.child.kill("SIGSTOP");
  const version = await addRoute("lonely");
  const propagation = await new Broadcast({ pool, key, logger }).notify(version);
  assert.equal(propagation.acknowledged, 1);
  assert.equal(propagation.missing[0]?.address, `${block}.1.31`);
  assert.match(propagation.missing[0]?.problem ?? "", /No response within 1000 ms/);
  second.process.child.kill("SIGCONT");
  const again = await new Broadcast({ pool, key, logger }).notify(version);
  assert.equal(again.acknowledged, 2);
});

test("a version that gateways cannot serve is refused by name, and the previous one stays", async () => {
  const { database } = platform.testBed;
  await database.query("INSERT INTO routes SET ?", [
    { name: "wrong", methods: "GET", path: "no-slash", upstream: "stub" },
  ]);
  await database.query("UPDATE configuration SET version = version + 1");
  const [row] = await database.query("SELECT version FROM configuration");
  const version = Number(row?.version);
  const propagation = await new Broadcast({ pool, key, logger }).notify(version);
  assert.equal(propagation.acknowledged, 0);
  assert.match(propagation.missing[0]?.problem ?? "", /no-slash is not a path pattern/);
  await waitUntil("the refusal is announced", async () =>
    (await readFleet(pool)).members.every(({ refused }) => refused?.version === version),
  );
  assert.equal((await fetch(`${platform.gateway.origin}/health/ready`)).status, 200);
  await database.query("DELETE FROM routes WHERE name = 'wrong'");
  await database.query("UPDATE configuration SET version = version + 1");
  assert.equal((await new Broadcast({ pool, key, logger }).notify(version + 1)).acknowledged, 2);
});

const forged: Readonly<Record<string, (headers: Record<string, string>) => Record<string, string>>> = {
  "without a signature": ({ "x-dmm-signature": _, ...others }) => others,
  "with another's signature": (headers) => ({ ...headers, "x-dmm-signature": "0".repeat(64) }),
  "of an hour ago": (headers) => ({ ...headers, "x-dmm-sent-at": String(Date.now() - 3_600_000) }),
  "for another gateway": (headers) => {
    const sentAt = Date.now();
    const signature = signNotification(key, { authority: `${block}.1.99:8080`, sentAt, body });
    return { ...headers, "x-dmm-sent-at": String(sentAt), "x-dmm-signature": signature };
  },
  "through a balancer": (headers) => ({ ...headers, "x-forwarded-for": "203.0.113.9" }),
};
const body = JSON.stringify({ version: 1 });

for (const [what, forge] of Object.entries(forged))
  test(`a notification ${what} gets a 404`, async () => {
    const sentAt = Date.now();
    const authority = new URL(platform.gateway.origin).host;
    const headers = forge({
      "x-dmm-sent-at": String(sentAt),
      "x-dmm-signature": signNotification(key, { authority, sentAt, body }),
    });
    const response = await fetch(platform.gateway.origin + notificationPath, {
      method: "POST",
      headers,
      body,
    });
    assert.equal(response.status, 404);
    assert.equal(((await response.json()) as { code: string }).code, "DMM_GATEWAY_ROUTE_UNKNOWN");
  });

test("a draining gateway reports so, and one that left is not counted", async () => {
  second.process.child.kill("SIGTERM");
  await waitUntil("it is seen draining", async () =>
    (await readFleet(pool)).members.some(({ state }) => state === "draining"),
  );
  await waitUntil("it is seen closed", async () =>
    (await readFleet(pool)).members.some(({ state }) => state === "closed"),
  );
  assert.equal((await readFleet(pool)).serving, 1);
});
