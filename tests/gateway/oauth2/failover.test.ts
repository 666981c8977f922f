import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { after, before, test } from "node:test";
import { computeSlot } from "../../../gateway/redis/slot.ts";
import { waitUntil } from "../started-process.ts";
import { createRequest, obtainTokens, type Tokens } from "./authorize.ts";
import { StartedServer } from "./started-server.ts";

let server: StartedServer;

before(async () => {
  server = await StartedServer.start("127.232", {}, { replica: true });
});

after(() => server?.stop());

function refresh(token: string) {
  const body = { grant_type: "refresh_token", client_id: "app", refresh_token: token };
  return server.post("/oauth2/token", new URLSearchParams(body));
}

/** Whether a refresh token lives at the first primary, the one with a replica. */
function isAtFirst(token: string): boolean {
  return computeSlot(`oauth2:RefreshToken:${hash("sha256", token, "base64url")}`) < 16_384 / 3 - 1;
}

test("after a failover a used refresh token is still used, and one that was used in vain is good", async () => {
  let used = "";
  let next = "";
  for (let round = 0; round < 40 && used === ""; round++) {
    const first = (await obtainTokens(server)).refreshToken!;
    if (!isAtFirst(first)) continue;
    const second = await refresh(first);
    assert.equal(second.status, 200, second.text);
    [used, next] = [first, String(second.json.refresh_token)];
  }
  assert.notEqual(used, "");
  let fresh = "";
  for (let round = 0; round < 40 && fresh === ""; round++) {
    const { refreshToken } = await obtainTokens(server);
    if (isAtFirst(refreshToken!)) fresh = refreshToken!;
  }
  assert.notEqual(fresh, "");

  // Others, which die half-way where something that they need lies at the first primary.
  const others: Tokens[] = [];
  while (others.length < 12) others.push(await obtainTokens(server));

  const [primary] = server.platform.surroundings.redis.nodes;
  await primary!.process.end("SIGKILL");
  // Meanwhile nobody is told that a token is bad, and none is taken for good.
  const meanwhile = await refresh(fresh);
  assert.deepEqual([meanwhile.status, meanwhile.json.error], [503, "temporarily_unavailable"]);
  const begun = await Promise.all(others.map(({ refreshToken }) => refresh(refreshToken!)));
  assert.ok(begun.some(({ status }) => status === 503));
  for (const { status } of begun) assert.ok(status === 200 || status === 503, String(status));
  await waitUntil("the replica has taken over", async () => {
    const { status, json } = await refresh(used);
    if (status === 503) return false;
    assert.deepEqual([status, json.error], [400, "invalid_grant"]);
    return true;
  });
  assert.deepEqual((await refresh(next)).json.error, "invalid_grant");
  assert.equal((await refresh(fresh)).status, 200);
  for (const [index, { status, json }] of begun.entries()) {
    const token = status === 200 ? String(json.refresh_token) : others[index]!.refreshToken!;
    const answer = await refresh(token);
    assert.equal(answer.status, 200, `${status}, then ${answer.text}`);
  }
  const page = await server.browser().open((await createRequest()).url);
  assert.match(page.text, /Sign in/);
});
