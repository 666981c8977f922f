import assert from "node:assert/strict";
import { before, t, test } from "tap";
import { reserveNetwork } from "../../loopback.ts";
import { obtainTokens, type Tokens } from "./authorize.ts";
import { StartedServer, secret } from "./started-server.ts";

const network = await reserveNetwork();

let server: StartedServer;

before(async () => {
  server = await StartedServer.start(network);
  await server.addClient("auditor", {
    public: false,
    scopes: "token:introspect",
    grantTypes: "client_credentials",
    redirectUris: "",
  });
  await server.publish();
});

t.teardown(() => server?.stop());

async function showAll({ accessToken, refreshToken }: Tokens, clientId: string) {
  const introspection = await server.post("/oauth2/introspect", new URLSearchParams({ token: accessToken }), {
    authorization: `Basic ${btoa(`auditor:${secret}`)}`,
  });
  const userinfo = await fetch(`${server.origin}/oauth2/userinfo`, {
    headers: { authorization: `Bearer ${accessToken}` },
  });
  await userinfo.arrayBuffer();
  const refreshed = await server.post(
    "/oauth2/token",
    new URLSearchParams({ grant_type: "refresh_token", client_id: clientId, refresh_token: refreshToken! }),
  );
  return {
    api: await server.useToken(accessToken),
    introspection: [introspection.status, introspection.json],
    userinfo: userinfo.status,
    refresh: refreshed.json.error,
  };
}

const dead = { api: 401, introspection: [200, { active: false }], userinfo: 401 };

test("tokens of a client end with it, and a new one of the same name inherits nothing", async () => {
  const { database } = server.platform.testBed;
  await server.addClient("brief", {});
  await server.publish();
  const tokens = await obtainTokens(server, "brief");
  assert.equal(await server.useToken(tokens.accessToken), 200);
  await database.query("DELETE FROM clients WHERE client_id = 'brief'");
  await server.publish();
  assert.deepEqual(await showAll(tokens, "brief"), { ...dead, refresh: "invalid_client" });
  await server.addClient("brief", {});
  await server.publish();
  assert.deepEqual(await showAll(tokens, "brief"), { ...dead, refresh: "invalid_grant" });
  assert.equal(await server.useToken((await obtainTokens(server, "brief")).accessToken), 200);
});

test("an access token loses the scopes that its client has lost", async () => {
  const { database } = server.platform.testBed;
  await server.addClient("shrinking", { scopes: "verify:read verify:write" });
  await server.publish();
  const scope = "openid verify:read verify:write";
  const { accessToken } = await obtainTokens(server, "shrinking", { scope });
  assert.equal(await server.useToken(accessToken), 200);
  await database.query("UPDATE clients SET scopes = 'verify:write' WHERE client_id = 'shrinking'");
  await server.publish();
  assert.equal(await server.useToken(accessToken), 403);
  const introspection = await server.post("/oauth2/introspect", new URLSearchParams({ token: accessToken }), {
    authorization: `Basic ${btoa(`auditor:${secret}`)}`,
  });
  assert.deepEqual(String(introspection.json.scope).split(" ").sort(), ["openid", "verify:write"]);
});
