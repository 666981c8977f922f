import assert from "node:assert/strict";
import { pino } from "pino";
import { before, t, test } from "tap";
import { deriveNotificationKey, signNotification } from "../../../gateway/fleet/notification.ts";
import { AccountMembers, firstPosition } from "../../../gateway/oauth2/account-members.ts";
import { RedisAdapter } from "../../../gateway/oauth2/adapter.ts";
import { UnitsOfWork } from "../../../gateway/oauth2/request-transaction.ts";
import { signOutEverywhere } from "../../../gateway/oauth2/sign-out.ts";
import { Primaries } from "../../../gateway/redis/primaries.ts";
import { computeGrantTag } from "../../../gateway/tokens/token-key.ts";
import { signOutPath } from "../../../gateway/users/sign-out-jobs.ts";
import { reserveNetwork } from "../../loopback.ts";
import { StartedPlatform } from "../started-test-bed.ts";

const network = await reserveNetwork();

let platform: StartedPlatform;
let primaries: Primaries;
before(async () => {
  platform = await StartedPlatform.start(network, { redis: { primaries: 3 } });
  const { host, port } = platform.testBed.redis;
  primaries = new Primaries({ host, port, tls: false, commandTimeoutMs: 1000 }, pino({ enabled: false }));
  await primaries.start();
});
t.teardown(async () => {
  primaries?.close();
  await platform?.stop();
});

const open = (kind: string) =>
  new RedisAdapter(kind, {
    primaries,
    findClient: () => undefined,
    units: new UnitsOfWork(primaries, {
      errors: {} as never,
      logger: pino({ enabled: false }),
      work: { begin() {}, end() {} },
      readRequest: () => undefined,
    }),
  });
const now = () => Math.floor(Date.now() / 1000);

/** A session, a grant, and tokens of the grant. */
async function hold(accountId: string, since: number): Promise<() => Promise<readonly boolean[]>> {
  const id = `${accountId} ${Math.random()}`;
  await open("Session").upsert(id, { uid: id, accountId, loginTs: since }, 100);
  await open("Grant").upsert(id, { accountId, iat: since }, 100);
  const token = computeGrantTag(id);
  for (const kind of ["AccessToken", "RefreshToken"])
    await open(kind).upsert(`${token}${kind}`, { accountId, grantId: id, iat: since }, 100);
  return async () =>
    Promise.all([
      open("Session").find(id).then(Boolean),
      open("Session").findByUid(id).then(Boolean),
      open("Grant").find(id).then(Boolean),
      open("AccessToken").find(`${token}AccessToken`).then(Boolean),
      open("RefreshToken").find(`${token}RefreshToken`).then(Boolean),
    ]);
}

async function inBatches(count: number, add: (index: number) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < count; from += 500)
    await Promise.all(Array.from({ length: Math.min(500, count - from) }, (_, index) => add(from + index)));
}

const eachNode = (...command: string[]) =>
  Promise.all(platform.testBed.redis.nodes.map((node) => node.command(...command)));

const all = [true, true, true, true, true];
const nothing = [false, false, false, false, false];

test("all sessions and grants of an account end, on whichever primary they are, and none of another", async () => {
  const held = await Promise.all(Array.from({ length: 5 }, () => hold("{odd} id", now() - 60)));
  const others = await hold("somebody else", now() - 60);
  assert.equal(await signOutEverywhere(primaries, "{odd} id", now()), 10);
  for (const look of held) assert.deepEqual(await look(), nothing);
  assert.deepEqual(await others(), all);
  assert.equal(await signOutEverywhere(primaries, "{odd} id", now()), 0, "once more is harmless");
});

test("what a request in flight stores after the sign-out ends with it; what begins later stays", async () => {
  await signOutEverywhere(primaries, "late", now());
  assert.deepEqual(await (await hold("late", now() - 1))(), nothing);
  assert.deepEqual(await (await hold("late", now() + 2))(), all);
});

test("a job that is carried out late keeps what began after it", async () => {
  const [before, after] = [await hold("patient", now() - 60), await hold("patient", now() - 10)];
  await signOutEverywhere(primaries, "patient", now() - 30);
  assert.deepEqual([await before(), await after()], [nothing, all]);
});

test("a sign-out that was interrupted half-way is completed by the next attempt", async () => {
  const look = await hold("interrupted", now() - 60);
  const breaking = Object.create(primaries) as Primaries;
  let writes = 0;
  breaking.write = (key, args) =>
    ++writes > 2 ? Promise.reject(new Error("killed")) : primaries.write(key, args);
  await assert.rejects(signOutEverywhere(breaking, "interrupted", now()), /killed/);
  await signOutEverywhere(primaries, "interrupted", now());
  assert.deepEqual(await look(), nothing);
});

test("members that began in the same second end too, beside more later ones than fit in a batch", async () => {
  const members = new AccountMembers(primaries);
  const expiresAt = now() + 1000;
  const add = (id: string, startedAt: number) =>
    members.add("crowded", { kind: "Session", id, startedAt }, expiresAt);
  await inBatches(1300, (index) => add(`oauth2:Session:{${index}}`, now() - (index % 2 === 0 ? 60 : 0)));
  assert.equal(await signOutEverywhere(primaries, "crowded", now() - 30), 650);
  const batch = await members.end("crowded", now() + 1, firstPosition);
  assert.equal(batch.found.length, 500, "the others are still listed");
});

test("the reads in Redis grow linearly with the account's members", async () => {
  const spent: number[] = [];
  for (const count of [3000, 30_000]) {
    const members = new AccountMembers(primaries);
    const account = `monitor ${count}`;
    await inBatches(count, (index) => {
      const member = {
        kind: "Session",
        id: `oauth2:Session:{${account}${index}}`,
        startedAt: now() - 60,
      } as const;
      return members.add(account, member, now() + 1000 + index);
    });
    await eachNode("CONFIG", "RESETSTAT");
    assert.equal(await signOutEverywhere(primaries, account, now()), count);
    const stats = (await eachNode("INFO", "commandstats")).join("");
    const reads = [...stats.matchAll(/cmdstat_zrange[a-z]*:calls=\d+,usec=(\d+)/g)];
    spent.push(reads.reduce((sum, [, microseconds]) => sum + Number(microseconds), 0));
  }
  const [few, many] = spent as [number, number];
  // Quadratic growth would be a hundredfold; the rest is other load.
  assert.ok(many < few * 10 + 20_000, `${few} µs for 3000, ${many} µs for 30000`);
});

test("only the admin site's signed notification is accepted, and not through a balancer", async () => {
  const { origin } = platform.gateway;
  const key = deriveNotificationKey(platform.testBed.database.password);
  const send = async (path: string, headers: Record<string, string> = {}) => {
    const notice = { authority: new URL(origin).host, path, sentAt: Date.now(), body: "{}" };
    const signed = {
      "x-dmm-sent-at": String(notice.sentAt),
      "x-dmm-signature": signNotification(key, notice),
    };
    const response = await fetch(origin + signOutPath, {
      method: "POST",
      body: "{}",
      headers: { ...signed, ...headers },
    });
    await response.arrayBuffer();
    return response.status;
  };
  assert.equal(await send(signOutPath), 200);
  assert.equal(await send("/internal/configuration"), 404, "signed for something else");
  assert.equal(await send(signOutPath, { "x-forwarded-for": "203.0.113.9" }), 404);
  assert.equal(await send(signOutPath, { "x-dmm-signature": "0" }), 404);
});
