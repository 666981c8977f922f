import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { before, t, test } from "tap";
import { computeSlot } from "../../../gateway/redis/slot.ts";
import { computeTokenKey } from "../../../gateway/tokens/token-key.ts";
import { reserveNetwork } from "../../loopback.ts";
import { waitUntil } from "../../wait-until.ts";
import { DatabaseLine } from "../configuration/database-line.ts";
import { describeGateway, issueToken, StartedRole, startGateway } from "../started-gateway.ts";
import { StartedPlatform } from "../started-test-bed.ts";

const network = await reserveNetwork();

let platform: StartedPlatform;
let origin: string;

before(async () => {
  platform = await StartedPlatform.start(network, { redis: { primaries: 3, replica: true } });
  origin = platform.gateway.origin;
});

t.teardown(() => platform?.stop());

async function ask(token: string): Promise<{ status: number; retryAfter: string | null; tookMs: number }> {
  const began = performance.now();
  const response = await fetch(`${origin}/verify/echo`, { headers: { authorization: `Bearer ${token}` } });
  await response.arrayBuffer();
  return {
    status: response.status,
    retryAfter: response.headers.get("retry-after"),
    tookMs: performance.now() - began,
  };
}

/** A token at the first primary, the one with a replica. */
async function issueTokenOfFirstPrimary(): Promise<string> {
  let token = "";
  await waitUntil("a token of the first primary", async () => {
    token = await issueToken(platform.gateway).catch((error: Error) => {
      assert.match(error.message, /503/);
      return "";
    });
    return token !== "" && computeSlot(computeTokenKey(token)) < 16_384 / 3 - 1;
  });
  return token;
}

test("without its database a gateway serves the loaded routes, and a new version when it is back", async () => {
  const { database } = platform.testBed;
  const token = await issueToken(platform.gateway);
  await database.pause();
  await sleep(300);
  assert.equal((await ask(token)).status, 200);
  assert.equal((await ask(await issueToken(platform.gateway))).status, 200);
  await database.resume();
  await platform.publish();
  assert.equal((await ask(token)).status, 200);
});

/** A gateway on this platform with a database connection that can be cut. */
async function startBehindLine(line: DatabaseLine, address: string): Promise<StartedRole> {
  const { CONFIGURATION_POLL_MS: _, ...usual } = describeGateway(platform.testBed);
  return new StartedRole("gateway", address, { ...usual, DATABASE_HOST: line.host });
}

async function readHealth(
  role: StartedRole,
): Promise<{ status: number; version: number; waitsFor?: string[] }> {
  const response = await fetch(`${role.origin}/health/ready`);
  return { status: response.status, ...((await response.json()) as { version: number }) };
}

async function readStoredVersion(): Promise<number> {
  const [row] = await platform.testBed.database.query("SELECT version FROM configuration");
  return Number(row!.version);
}

test("a gateway that starts without a database is not ready, reports what it waits for, and serves when it is available", async (context) => {
  const line = await DatabaseLine.open(`${network}.1.60`, platform.testBed.database.host);
  line.isDown = true;
  const late = await startBehindLine(line, `${network}.1.32`);
  context.teardown(async () => {
    await late.process.end();
    await line.close();
  });
  await waitUntil("it listens, and Redis is there", async () => {
    const health = await readHealth(late).catch(() => undefined);
    return health?.status === 503 && health.waitsFor?.join() === "database";
  });
  assert.match(late.process.output, /ECONNRESET.*waiting for the database/);
  await sleep(1000);
  const waiting = await readHealth(late);
  assert.deepEqual([waiting.status, waiting.version, waiting.waitsFor], [503, 0, ["database"]]);
  assert.equal((await fetch(`${late.origin}/verify/echo`)).status, 503);
  line.isDown = false;
  await waitUntil("it to become ready", async () => (await readHealth(late)).status === 200);
  const ready = await readHealth(late);
  assert.deepEqual([ready.version, ready.waitsFor], [await readStoredVersion(), undefined]);
});

test("an unresponsive database with open connections costs no request; ten seconds after its return all is caught up", async (context) => {
  const line = await DatabaseLine.open(`${network}.1.61`, platform.testBed.database.host);
  const gateway = await startBehindLine(line, `${network}.1.33`);
  context.teardown(async () => {
    await gateway.process.end();
    await line.close();
  });
  await gateway.waitUntilReady();
  const token = await issueToken(gateway);
  line.isUnresponsive = true;
  await platform.publish();
  const version = await readStoredVersion();
  const unresponsiveUntil = Date.now() + 7000;
  await waitUntil("seven seconds without a response", async () => {
    const response = await fetch(`${gateway.origin}/verify/echo`, {
      headers: { authorization: `Bearer ${token}` },
    });
    await response.arrayBuffer();
    assert.equal(response.status, 200);
    assert.ok((await readHealth(gateway)).version < version);
    return Date.now() > unresponsiveUntil;
  });
  line.isUnresponsive = false;
  const began = performance.now();
  await waitUntil("it caught up", async () => (await readHealth(gateway)).version === version);
  context.comment(`caught up ${Math.round(performance.now() - began)} ms after the return`);
  await waitUntil("it says so", async () => {
    const [row] = await platform.testBed.database.query(
      `SELECT version FROM gateways WHERE address = '${network}.1.33'`,
    );
    return Number(row!.version) === version;
  });
});

test("a primary that hangs costs a limited wait and a 503, and never admits a request", async () => {
  const token = await issueTokenOfFirstPrimary();
  const node = platform.testBed.redis.nodes[0]!;
  node.process.child.kill("SIGSTOP");
  const response = await ask(token);
  const next: Awaited<ReturnType<typeof ask>>[] = [];
  for (let times = 0; times < 5; times++) next.push(await ask(token));
  node.process.child.kill("SIGCONT");
  // Later requests do not wait again; the replica may have taken over meanwhile.
  assert.ok(
    next.every(({ status }) => status === 503 || status === 200),
    next.map(({ status }) => status).join(),
  );
  const quickest = Math.min(...next.map(({ tookMs }) => tookMs));
  assert.ok(quickest < response.tookMs / 2, `${quickest} ms, and ${response.tookMs} ms before`);
  assert.equal(response.status, 503);
  assert.equal(response.retryAfter, "1");
  assert.ok(response.tookMs < 15_000, `${response.tookMs} ms`);
  await waitUntil("the token counts again", async () => (await ask(token)).status === 200);
});

test("a lost primary yields 503 until its replica took over, then every acknowledged token works", async () => {
  const { nodes } = platform.testBed.redis;
  // The previous test may have made the replica a primary, or be about to.
  await waitUntil(
    "no node is believed to have failed",
    async () => !/[ ,]fail/.test(String(await nodes[1]!.command("CLUSTER", "NODES"))),
  );
  const roles = await Promise.all(nodes.map(async (node) => String(await node.command("ROLE"))));
  const primary = roles[0]!.startsWith("master") ? nodes[0]! : nodes[3]!;
  const replica = primary === nodes[0] ? nodes[3]! : nodes[0]!;
  await waitUntil("a replica follows", async () =>
    String(await replica.command("ROLE")).includes("connected"),
  );
  const token = await issueTokenOfFirstPrimary();
  const began = performance.now();
  await primary.process.end();
  const seen = new Set<number>();
  let electedAt: number | undefined;
  await waitUntil("the token counts again", async () => {
    if (electedAt === undefined && String(await replica.command("ROLE")).startsWith("master"))
      electedAt = performance.now();
    const { status, retryAfter, tookMs } = await ask(token);
    seen.add(status);
    if (status === 503) assert.equal(retryAfter, "1");
    assert.ok(tookMs < 15_000, `${tookMs} ms`);
    return status === 200;
  });
  const back = performance.now();
  assert.ok(
    [...seen].every((status) => status === 503 || status === 200),
    [...seen].join(),
  );
  assert.ok(seen.has(503));
  assert.ok(
    electedAt !== undefined && back - electedAt < 15_000,
    `${back - (electedAt ?? 0)} ms after the election`,
  );
  assert.ok(back - began < 45_000, `${back - began} ms`);
  assert.equal((await ask("unknown-token")).status, 401);
});

test("a gateway that starts after a failover finds the new primary", async () => {
  const gateway = await startGateway(`${network}.1.31`, platform.testBed, {
    REDIS_HOST: platform.testBed.redis.nodes[1]!.host,
  });
  await gateway.process.end();
});
