import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { json } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { before, type Test, t, test } from "tap";
import { reserveNetwork } from "../loopback.ts";
import { waitUntil } from "../wait-until.ts";
import { HeldLine } from "./held-line.ts";
import { describeGateway, issueToken, StartedRole } from "./started-gateway.ts";
import { StartedMariadb } from "./started-mariadb.ts";
import { StartedRedis } from "./started-redis.ts";

const block = await reserveNetwork();
let database: StartedMariadb;
let redis: StartedRedis;

before(async () => {
  [database, redis] = await Promise.all([
    StartedMariadb.start(`${block}.1.50`),
    StartedRedis.start(block, { primaries: 1 }),
  ]);
});

t.teardown(() => Promise.all([database?.stop(), redis?.stop()]));

function start(context: Test, address: string, environment: Record<string, string>): StartedRole {
  const usual = describeGateway({ database, redis, upstreamUrl: `http://${block}.1.20:8080` });
  const gateway = new StartedRole("gateway", `${block}.1.${address}`, { ...usual, ...environment });
  context.teardown(() => gateway.process.end());
  return gateway;
}

async function readHealth(gateway: StartedRole): Promise<{ status: number; waitsFor?: string[] }> {
  const response = await fetch(`${gateway.origin}/health/ready`);
  return { status: response.status, ...((await response.json()) as { waitsFor?: string[] }) };
}

/** It waits for exactly one dependency, and continues to do so. */
async function requireWaiting(gateway: StartedRole, what: string): Promise<void> {
  await waitUntil(`it waits for ${what} alone`, async () => {
    const health = await readHealth(gateway).catch(() => undefined);
    assert.notEqual(health?.status, 200, gateway.process.output);
    return health?.waitsFor?.join() === what;
  });
  await sleep(1500);
  const { status, waitsFor } = await readHealth(gateway);
  assert.deepEqual([status, waitsFor], [503, [what]], gateway.process.output);
}

/** AWS KMS as far as the cipher needs it: its ciphertext is only encoded. */
async function startKms(context: Test, address: string) {
  const kms = { isAway: true, requests: 0, origin: `http://${address}:4599` };
  const server = createServer(async (request, response) => {
    kms.requests += 1;
    const body = (await json(request)) as Record<string, string>;
    const closes = String(request.headers["x-amz-target"]).endsWith(".Encrypt");
    const result = closes ? { CiphertextBlob: body.Plaintext } : { Plaintext: body.CiphertextBlob };
    response.writeHead(kms.isAway ? 500 : 200, { "content-type": "application/x-amz-json-1.1" });
    response.end(
      JSON.stringify(kms.isAway ? { __type: "KMSInternalException", message: "KMS is away" } : result),
    );
  });
  server.listen(4599, address);
  await once(server, "listening");
  context.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return kms;
}

test("a gateway whose signing keys cannot be decrypted is not ready and reports why; once they can, it is", async (context) => {
  const kms = await startKms(context, `${block}.1.60`);
  const gateway = start(context, "32", {
    SIGNING_KEYS_KMS_KEY: "alias/test",
    AWS_ENDPOINT_URL: kms.origin,
    AWS_REGION: "eu-west-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
  });
  await waitUntil("it asks for its keys", () => kms.requests > 0, 30_000);
  await requireWaiting(gateway, "signing keys");
  await waitUntil("it says why", () =>
    /KMS is away.*waiting for the signing keys/.test(gateway.process.output),
  );
  // It has a configuration by then, and the OAuth2 endpoints are never looked up in it.
  const early = await fetch(`${gateway.origin}/oauth2/jwks`);
  const { code } = (await early.json()) as { code: string };
  assert.deepEqual(
    [early.status, early.headers.get("retry-after"), code],
    [503, "1", "DMM_GATEWAY_STARTING"],
  );
  kms.isAway = false;
  await gateway.waitUntilReady();
  const { keys } = (await (await fetch(`${gateway.origin}/oauth2/jwks`)).json()) as { keys: unknown[] };
  assert.equal(keys.length, 2);
  assert.ok((await issueToken(gateway)).length > 20);
});

const password = "not-a-secret";

// The node keeps the last one's port and password.
for (const [what, address, more] of [
  ["is accepted and gets no response", "30", {}],
  ["gets no response to its password", "31", { REDIS_AUTH_TOKEN: password }],
] as const)
  test(`a gateway whose connection for writes ${what} is not ready; once it is, the first token is issued`, async (context) => {
    const node = redis.nodes[0]!;
    // One for the cluster's topology, then one for lookups; the next is for writes.
    const line = await HeldLine.open(node.host, redis.port, 2);
    context.teardown(() => line.close());
    await node.command("CONFIG", "SET", "cluster-announce-port", String(line.port));
    if ("REDIS_AUTH_TOKEN" in more) await node.command("CONFIG", "SET", "requirepass", password);
    const gateway = start(context, address, { REDIS_PORT: String(line.port), ...more });
    await waitUntil("it connects for writes", () => line.held > 0, 30_000);
    await requireWaiting(gateway, "cache");
    line.release();
    await gateway.waitUntilReady();
    assert.ok((await issueToken(gateway)).length > 20);
    assert.doesNotMatch(gateway.process.output, /responded with 503/);
  });
