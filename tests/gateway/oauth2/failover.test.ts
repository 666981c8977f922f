import assert from "node:assert/strict";
import { before, t, test } from "tap";
import { computeSlot } from "../../../gateway/redis/slot.ts";
import { reserveNetwork } from "../../loopback.ts";
import { waitUntil } from "../../wait-until.ts";
import { createRequest, obtainTokens, type Tokens } from "./authorize.ts";
import { password, StartedServer } from "./started-server.ts";

const network = await reserveNetwork();

let server: StartedServer;

before(async () => {
  server = await StartedServer.start(network, {}, { replica: true });
});

t.teardown(() => server?.stop());

function refresh(token: string) {
  const body = { grant_type: "refresh_token", client_id: "app", refresh_token: token };
  return server.post("/oauth2/token", new URLSearchParams(body));
}

/** Whether a token and its grant are at the first primary, the one with a replica. */
function isAtFirst(token: string): boolean {
  return computeSlot(token.slice(0, 16)) < 16_384 / 3 - 1;
}

async function obtainAtFirst(): Promise<Tokens> {
  for (let round = 0; round < 60; round++) {
    const tokens = await obtainTokens(server);
    if (isAtFirst(tokens.refreshToken!)) return tokens;
  }
  throw new Error("No grant came to lie at the first primary.");
}

function revoke(token: string) {
  return server.post("/oauth2/revoke", new URLSearchParams({ client_id: "app", token }));
}

test("an authorization that fails to store its session issues no code", async () => {
  const begun = await Promise.all(
    Array.from({ length: 24 }, async (_, index) => {
      const browser = server.browser(`192.0.2.${index + 1}`);
      const page = await browser.open((await createRequest()).url);
      return { browser, consent: await browser.submit(page, "/login", { name: "ada", password }) };
    }),
  );
  const replica = server.platform.testBed.redis.nodes[3]!.process.child;
  replica.kill("SIGSTOP");
  try {
    const ended = await Promise.all(begun.map(({ browser, consent }) => browser.submit(consent, "/consent")));
    assert.ok(ended.some(({ status }) => status === 503));
    // The browser throws if an error page redirects.
    for (const { status, url } of ended) assert.equal(status === 503, !url.searchParams.has("code"));
  } finally {
    replica.kill("SIGCONT");
  }
});

test("while a replica does not respond, nothing is acknowledged or consumed, and tokens are looked up", async () => {
  const [revoked, refreshed] = [await obtainAtFirst(), await obtainAtFirst()];
  const replica = server.platform.testBed.redis.nodes[3]!.process.child;
  replica.kill("SIGSTOP");
  try {
    const [revocation, refreshment, status] = await Promise.all([
      revoke(revoked.refreshToken!),
      refresh(refreshed.refreshToken!),
      server.useToken(refreshed.accessToken),
    ]);
    assert.deepEqual([revocation.status, revocation.headers.get("retry-after")], [503, "1"]);
    assert.deepEqual([refreshment.status, refreshment.json.error], [503, "temporarily_unavailable"]);
    assert.equal(status, 200);
    // The token is not found by now, which proves nothing: no replica knows it yet.
    assert.equal((await revoke(revoked.refreshToken!)).status, 503);
  } finally {
    replica.kill("SIGCONT");
  }
  await waitUntil(
    "the revocation is acknowledged",
    async () => (await revoke(revoked.refreshToken!)).status === 200,
  );
  assert.equal(await server.useToken(revoked.accessToken), 401);
  await waitUntil("the refresh token is good", async () => {
    const { status, json } = await refresh(refreshed.refreshToken!);
    assert.ok(status === 200 || status === 503, JSON.stringify(json));
    return status === 200;
  });
  assert.match(server.platform.gateway.process.output, /store unavailable, responded with 503/);
});

test("after a failover a used refresh token is still used, and one whose use failed is valid", async () => {
  const used = (await obtainAtFirst()).refreshToken!;
  const second = await refresh(used);
  assert.equal(second.status, 200, second.text);
  const revoked = await obtainAtFirst();
  assert.equal((await revoke(revoked.accessToken)).status, 200);
  const others: Tokens[] = [await obtainAtFirst()];
  while (others.length < 12) others.push(await obtainTokens(server));

  const [primary] = server.platform.testBed.redis.nodes;
  await primary!.process.end("SIGKILL");
  // Meanwhile no client is told that a token is invalid, and none is accepted as valid.
  const begun = await Promise.all(others.map(({ refreshToken }) => refresh(refreshToken!)));
  for (const { status, text } of begun) assert.ok(status === 200 || status === 503, text);
  await waitUntil("the replica has taken over", async () => {
    const { status, json } = await refresh(used);
    if (status === 503) return false;
    assert.deepEqual([status, json.error], [400, "invalid_grant"]);
    return true;
  });
  assert.deepEqual((await refresh(String(second.json.refresh_token))).json.error, "invalid_grant");
  assert.equal(await server.useToken(revoked.accessToken), 401);
  for (const [index, { status, json }] of begun.entries()) {
    const token = status === 200 ? String(json.refresh_token) : others[index]!.refreshToken!;
    const response = await refresh(token);
    assert.equal(response.status, 200, `${status}, then ${response.text}`);
  }
  const page = await server.browser().open((await createRequest()).url);
  assert.match(page.text, /Sign in/);
});
