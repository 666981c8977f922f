import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { createServer as createSecureServer } from "node:tls";
import { isDeepStrictEqual } from "node:util";
import { pino } from "pino";
import { type Test, test } from "tap";
import { planStorage } from "../../../gateway/oauth2/revocation.ts";
import { Primaries } from "../../../gateway/redis/primaries.ts";
import { computeSlot } from "../../../gateway/redis/slot.ts";
import type { RedisSettings } from "../../../gateway/settings.ts";
import { reserveNetwork } from "../../loopback.ts";
import { waitUntil } from "../../wait-until.ts";
import { createCertificates } from "../certificates.ts";
import { type RedisShape, type StartedNode, StartedRedis } from "../started-redis.ts";

const network = await reserveNetwork();

const silent = pino({ enabled: false });
const tag = "0123456789abcdef";
const [key, other] = [`token:{${tag}}:a`, `revoked:{${tag}}`];

async function startCluster(
  context: Test,
  block: string,
  shape: RedisShape,
): Promise<{ redis: StartedRedis; primaries: Primaries }> {
  const redis = await StartedRedis.start(block, shape);
  context.teardown(() => redis.stop());
  const { host, port } = redis;
  const primaries = new Primaries({ host, port, tls: false, commandTimeoutMs: 500 }, silent);
  context.teardown(() => primaries.close());
  await primaries.start();
  return { redis, primaries };
}

/** The replica becomes a node that serves no slot. */
async function detach(primary: StartedNode, node: StartedNode, port: number): Promise<string> {
  await node.command("CLUSTER", "RESET", "SOFT");
  await node.command("CLUSTER", "MEET", primary.host, String(port));
  const id = String(await node.command("CLUSTER", "MYID"));
  await waitUntil("both know each other as primaries", async () => {
    const views = await Promise.all([primary, node].map((one) => one.command("CLUSTER", "NODES")));
    return views.every((view) => (String(view).match(/master - /g) ?? []).length === 2);
  });
  return id;
}

/** Both keys, once their node responds in time: this machine may be busy. */
async function untilRead(primaries: Primaries, expected: readonly unknown[]): Promise<void> {
  await waitUntil(`${expected} is read`, async () => {
    const reply = await primaries.read(key, ["MGET", key, other]).catch(() => "not available");
    return isDeepStrictEqual(reply, expected);
  });
}

test("while a slot moves to a node without slots, existing keys are found and writes arrive", async (context) => {
  const { redis, primaries } = await startCluster(context, network, { primaries: 1, replica: true });
  const [source, target] = redis.nodes as [StartedNode, StartedNode];
  for (const [name, value] of [
    [key, "moved"],
    [other, "1"],
  ] as const)
    await primaries.write(name, ["SET", name, value], 20_000);
  const targetId = await detach(source, target, redis.port);
  // An importing node ignores the owner of the slot, so it must know it before: otherwise its cluster stays
  // incomplete.
  await waitUntil("the new node takes part", async () =>
    String(await target.command("CLUSTER", "INFO")).includes("cluster_state:ok"),
  );
  const sourceId = String(await source.command("CLUSTER", "MYID"));
  const slot = String(computeSlot(key));
  await target.command("CLUSTER", "SETSLOT", slot, "IMPORTING", sourceId);
  await source.command("CLUSTER", "SETSLOT", slot, "MIGRATING", targetId);
  await source.command("MIGRATE", target.host, String(redis.port), key, "0", "1000");
  // Half-way: the source has one of the two keys, and responds to both with TRYAGAIN.
  await untilRead(primaries, ["moved", "1"]);
  await source.command("DEL", other);
  await untilRead(primaries, ["moved", null]);
  assert.equal(await primaries.write(`new:{${tag}}`, ["SET", `new:{${tag}}`, "1"], 20_000), "OK");
  assert.ok(Number(await target.command("CLUSTER", "COUNTKEYSINSLOT", slot)) >= 2);
  // A script with several keys has to wait for the end of the migration.
  const record = planStorage({ key: `late:{${tag}}`, tag, text: "{}", seconds: 60 });
  const late = primaries.write(record.key, record.args, 20_000);
  await target.command("CLUSTER", "SETSLOT", slot, "NODE", targetId);
  await source.command("CLUSTER", "SETSLOT", slot, "NODE", targetId);
  assert.equal(await late, "OK");
  await untilRead(primaries, ["moved", null]);
});

test("a primary that was replaced while it was stopped is not trusted when it continues", async (context) => {
  const shape = { primaries: 3, replica: true, nodeTimeoutMs: 2000 };
  const { redis, primaries } = await startCluster(context, network, shape);
  const [primary, , , replica] = redis.nodes as [StartedNode, StartedNode, StartedNode, StartedNode];
  let at = 0;
  const name = (number: number) => `key-${number}`;
  while (computeSlot(name(at)) >= 5000) at++;
  await primaries.write(name(at), ["SET", name(at), "before"], 20_000);
  primary.process.child.kill("SIGSTOP");
  await waitUntil(
    "the replica takes over",
    async () => String(await replica.command("ROLE")).startsWith("master"),
    20_000,
  );
  await primaries.write(name(at), ["SET", name(at), "after"], 20_000);
  primary.process.child.kill("SIGCONT");
  await waitUntil(
    "the old primary follows",
    async () => {
      const reply = await primaries.read(name(at), ["GET", name(at)]).catch(() => "unavailable");
      assert.notEqual(reply, "before");
      return String(await primary.command("ROLE")).startsWith("slave") && reply === "after";
    },
    20_000,
  );
});

test("nothing is acknowledged while no replica confirms it, even if the cluster has dropped the replica", async (context) => {
  const { redis, primaries } = await startCluster(context, network, { primaries: 3, replica: true });
  const replica = redis.nodes[3]!;
  let at = 0;
  while (computeSlot(`key-${at}`) >= 5000) at++;
  const name = `key-${at}`;
  replica.process.child.kill("SIGSTOP");
  await waitUntil("the cluster gives it up", async () =>
    String(await redis.nodes[0]!.command("CLUSTER", "NODES")).includes("slave,fail "),
  );
  await assert.rejects(primaries.write(name, ["SET", name, "1"], 1500), /primary is unavailable/);
  assert.equal(await primaries.read(name, ["GET", name]), "1");
  replica.process.child.kill("SIGCONT");
  assert.equal(await primaries.write(name, ["SET", name, "2"], 20_000), "OK");
});

/** Log lines of a gateway that cannot reach its cache. */
async function readReason(context: Test, settings: Partial<RedisSettings>): Promise<string> {
  const lines: string[] = [];
  const logger = pino({ level: "warn" }, { write: (line: string) => void lines.push(line) });
  const full = { host: `${network}.1.1`, port: 7001, tls: false, commandTimeoutMs: 500, ...settings };
  const primaries = new Primaries(full, logger);
  context.teardown(() => primaries.close());
  void primaries.start();
  await waitUntil("a reason is logged", () => lines.length > 0);
  return String(JSON.parse(lines[0]!).error);
}

test("the log states why the cache is unreachable: name, port, password, certificate", async (context) => {
  assert.match(await readReason(context, { host: "cache.invalid" }), /ENOTFOUND|EAI_AGAIN/);
  assert.match(await readReason(context, { port: 7999 }), /ECONNREFUSED/);

  const refusing = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", () => socket.write("-WRONGPASS invalid username-password pair\r\n"));
  }).listen(7001, `${network}.1.1`);
  context.teardown(() => refusing.close());
  await once(refusing, "listening");
  const wrong = await readReason(context, { password: "wrong" });
  assert.match(wrong, /WRONGPASS/);
  assert.doesNotMatch(wrong, /wrong$/);

  const files = await createCertificates([`${network}.1.2`]);
  context.teardown(() => files.remove());
  const [cert, secretKey] = await Promise.all([readFile(files.certificate), readFile(files.key)]);
  const unknown = createSecureServer({ cert, key: secretKey }).listen(7001, `${network}.1.2`);
  context.teardown(() => unknown.close());
  await once(unknown, "listening");
  assert.match(await readReason(context, { host: `${network}.1.2`, tls: true }), /certificate|verify/i);
});
