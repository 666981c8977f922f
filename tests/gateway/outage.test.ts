import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { computeSlot } from "../../gateway/redis/slot.ts";
import { computeTokenKey } from "../../gateway/tokens/token-key.ts";
import { issueToken, startGateway } from "./started-gateway.ts";
import { waitUntil } from "./started-process.ts";
import { StartedPlatform } from "./started-surroundings.ts";

let platform: StartedPlatform;
let origin: string;

before(async () => {
  platform = await StartedPlatform.start("127.203", { redis: { primaries: 3, replica: true } });
  origin = platform.gateway.origin;
});

after(() => platform?.stop());

async function ask(token: string): Promise<{ status: number; retryAfter: string | null; tookMs: number }> {
  const began = performance.now();
  const answer = await fetch(`${origin}/verify/echo`, { headers: { authorization: `Bearer ${token}` } });
  await answer.arrayBuffer();
  return {
    status: answer.status,
    retryAfter: answer.headers.get("retry-after"),
    tookMs: performance.now() - began,
  };
}

/** A token that lives at the first primary, the one with a replica. */
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

test("the database may go away: loaded routes are served, and a new version is served when it is back", async () => {
  const { database } = platform.surroundings;
  const token = await issueToken(platform.gateway);
  await database.pause();
  await sleep(300);
  assert.equal((await ask(token)).status, 200);
  assert.equal((await ask(await issueToken(platform.gateway))).status, 200);
  await database.resume();
  await platform.publish();
  assert.equal((await ask(token)).status, 200);
});

test("a primary that hangs costs a bounded wait and 503, never entry", async () => {
  const token = await issueTokenOfFirstPrimary();
  const node = platform.surroundings.redis.nodes[0]!;
  node.process.child.kill("SIGSTOP");
  const answer = await ask(token);
  const next = await ask(token);
  node.process.child.kill("SIGCONT");
  // Who comes after does not wait again.
  assert.ok(next.status === 503 && next.tookMs < 300, `${next.status} after ${next.tookMs} ms`);
  assert.equal(answer.status, 503);
  assert.equal(answer.retryAfter, "1");
  assert.ok(answer.tookMs < 1500, `${answer.tookMs} ms`);
  await waitUntil("the token counts again", async () => (await ask(token)).status === 200);
});

test("a lost primary answers 503 until its replica took over, then every token that was acknowledged", async () => {
  const { nodes } = platform.surroundings.redis;
  const roles = await Promise.all(nodes.map(async (node) => String(await node.command("ROLE"))));
  // The test before may have made the replica a primary already.
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
    assert.ok(tookMs < 1500, `${tookMs} ms`);
    return status === 200;
  });
  const back = performance.now();
  assert.ok(
    [...seen].every((status) => status === 503 || status === 200),
    [...seen].join(),
  );
  assert.ok(seen.has(503));
  assert.ok(
    electedAt !== undefined && back - electedAt < 1000,
    `${back - (electedAt ?? 0)} ms after the election`,
  );
  assert.ok(back - began < 6000, `${back - began} ms`);
  assert.equal((await ask("unknown-token")).status, 401);
});

test("a gateway that starts after a failover finds the new primary", async () => {
  const gateway = await startGateway("127.203.1.31", platform.surroundings, {
    REDIS_HOST: platform.surroundings.redis.nodes[1]!.host,
  });
  await gateway.process.end();
});
