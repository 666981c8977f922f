import assert from "node:assert/strict";
import { before, t, test } from "tap";
import { allowances } from "../../../gateway/login/throttle.ts";
import { reserveNetwork } from "../../loopback.ts";
import { createRequest } from "./authorize.ts";
import { redirectUri, StartedServer, secret } from "./started-server.ts";

const network = await reserveNetwork();

let server: StartedServer;

before(async () => {
  server = await StartedServer.start(network);
});

t.teardown(() => server?.stop());

const { attempts } = allowances.beginning;
const clientAddress = "198.51.100.7";
const from = (address: string) => ({ "x-forwarded-for": address });

/** Sets how many authorizations unauthenticated clients of this gateway have begun. */
async function countAs(count: number): Promise<void> {
  for (const node of server.platform.testBed.redis.nodes)
    for (const key of (await node.command("KEYS", "attempts:beginning:*")) as string[])
      await node.command("SET", key, String(count), "KEEPTTL");
}

async function countStored(kind: string): Promise<number> {
  let count = 0;
  for (const node of server.platform.testBed.redis.nodes)
    count += ((await node.command("KEYS", `*${kind}*`)) as string[]).length;
  return count;
}

test("a client that begins authorizations without an end has to wait, and stores nothing more", async () => {
  const device = new URLSearchParams({ client_id: "app", scope: "verify:read" });
  const begin = (address: string) => server.post("/oauth2/device_authorization", device, from(address));
  assert.equal((await begin(clientAddress)).status, 200);
  await countAs(attempts);
  const stored = await countStored("DeviceCode");
  const refused = await begin(clientAddress);
  assert.deepEqual([refused.status, refused.json.error], [429, "temporarily_unavailable"]);
  assert.ok(Number(refused.headers.get("retry-after")) > 0);
  assert.equal(await countStored("DeviceCode"), stored);
  assert.equal((await begin("198.51.100.8")).status, 200);
});

test("a login that may not begin redirects to its client with the reason", async () => {
  const { url } = await createRequest("app");
  const ask = () => server.fetch(url, { redirect: "manual", headers: from(clientAddress) });
  await countAs(0);
  assert.match((await ask()).headers.get("location")!, /\/interaction\//);
  await countAs(attempts);
  const location = new URL((await ask()).headers.get("location")!);
  assert.equal(location.origin + location.pathname, redirectUri);
  assert.equal(location.searchParams.get("error"), "temporarily_unavailable");
});

test("an authenticated client is not limited by unauthenticated ones at its address", async () => {
  const { url } = await createRequest("web");
  await countAs(attempts);
  const push = (headers: Record<string, string>) =>
    server.post("/oauth2/par", url.searchParams, { ...from(clientAddress), ...headers });
  const proven = await push({ authorization: `Basic ${btoa(`web:${secret}`)}` });
  assert.equal(proven.status, 201, proven.text);
  url.searchParams.set("client_id", "app");
  assert.equal((await push({})).status, 429);
});
