import assert from "node:assert/strict";
import * as oauth from "oauth4webapi";
import { pino } from "pino";
import { before, t, test } from "tap";
import { RedisAdapter } from "../../../gateway/oauth2/adapter.ts";
import { loadLibrary } from "../../../gateway/oauth2/oidc-provider.ts";
import { UnitsOfWork } from "../../../gateway/oauth2/request-transaction.ts";
import { Primaries } from "../../../gateway/redis/primaries.ts";
import { computeGrantTag } from "../../../gateway/tokens/token-key.ts";
import { reserveNetwork } from "../../loopback.ts";
import { createRequest, obtainTokens } from "./authorize.ts";
import { issuer, StartedServer, secret } from "./started-server.ts";

const network = await reserveNetwork();

let server: StartedServer;

before(async () => {
  server = await StartedServer.start(network);
});

t.teardown(() => server?.stop());

const client = { client_id: "app" };

function refresh(token: string, fields: Record<string, string> = {}) {
  const body = { grant_type: "refresh_token", client_id: "app", refresh_token: token, ...fields };
  return server.post("/oauth2/token", new URLSearchParams(body));
}

const basic = `Basic ${btoa(`web:${secret}`)}`;

test("a strict client refreshes, and gets a different refresh token each time", async () => {
  let { refreshToken } = await obtainTokens(server);
  const seen = new Set([refreshToken]);
  for (let round = 0; round < 3; round++) {
    const response = await oauth.refreshTokenGrantRequest(
      server.metadata,
      client,
      oauth.None(),
      refreshToken!,
      server.options,
    );
    const tokens = await oauth.processRefreshTokenResponse(server.metadata, client, response);
    assert.equal(await server.useToken(tokens.access_token), 200);
    assert.ok(!seen.has(tokens.refresh_token));
    refreshToken = tokens.refresh_token;
    seen.add(refreshToken);
  }
});

test("reusing a refresh token revokes the whole family", async () => {
  const { refreshToken, accessToken } = await obtainTokens(server);
  const second = await refresh(refreshToken!);
  const third = await refresh(String(second.json.refresh_token));
  assert.equal(third.status, 200);
  const again = await refresh(refreshToken!);
  assert.deepEqual([again.status, again.json.error], [400, "invalid_grant"]);
  for (const token of [accessToken, second.json.access_token, third.json.access_token])
    assert.equal(await server.useToken(String(token)), 401);
  const last = await refresh(String(third.json.refresh_token));
  assert.deepEqual([last.status, last.json.error], [400, "invalid_grant"]);
});

test("of 30 concurrent refreshes with one token at most one succeeds, and no token of it stays valid", async () => {
  const { refreshToken } = await obtainTokens(server);
  const responses = await Promise.all(Array.from({ length: 30 }, () => refresh(refreshToken!)));
  const issued = responses.filter(({ status }) => status === 200);
  assert.ok(issued.length <= 1, `${issued.length} succeeded`);
  for (const { json } of issued) {
    assert.equal(await server.useToken(String(json.access_token)), 401);
    assert.equal((await refresh(String(json.refresh_token))).json.error, "invalid_grant");
  }
});

test("a refresh token is useless to another client", async () => {
  const { refreshToken } = await obtainTokens(server);
  const stolen = await refresh(refreshToken!, { client_id: "other" });
  assert.deepEqual([stolen.status, stolen.json.error], [400, "invalid_grant"]);
  assert.equal((await refresh(refreshToken!)).status, 200);
});

test("a refresh gets fewer scopes on request, and never more", async () => {
  const { refreshToken } = await obtainTokens(server, "app", { scope: "openid verify:read verify:write" });
  const fewer = await refresh(refreshToken!, { scope: "verify:write" });
  assert.equal(fewer.json.scope, "verify:write");
  const { refreshToken: other } = await obtainTokens(server, "app", { scope: "openid verify:read" });
  const more = await refresh(other!, { scope: "verify:read verify:write" });
  assert.deepEqual([more.status, more.json.error], [400, "invalid_scope"]);
});

test("a refused refresh or code is not consumed", async () => {
  const { refreshToken } = await obtainTokens(server);
  const target = await refresh(refreshToken!, { resource: "https://elsewhere.test" });
  assert.deepEqual([target.status, target.json.error], [400, "invalid_target"]);
  const scope = await refresh(refreshToken!, { scope: "verify:read unknown" });
  assert.deepEqual([scope.status, scope.json.error], [400, "invalid_scope"]);
  assert.equal((await refresh(refreshToken!)).status, 200);
  const request = await createRequest();
  const { authorize } = await import("./authorize.ts");
  const code = (await authorize(server, request)).get("code")!;
  const redeem = (fields: Record<string, string>) =>
    server.post(
      "/oauth2/token",
      new URLSearchParams({
        grant_type: "authorization_code",
        client_id: "app",
        redirect_uri: "https://app.test/callback",
        code,
        code_verifier: request.verifier,
        ...fields,
      }),
    );
  assert.equal((await redeem({ resource: "https://elsewhere.test" })).json.error, "invalid_target");
  assert.equal((await redeem({})).status, 200);
});

test("revoking a grant costs the same however often it was refreshed", async () => {
  const count = async () => {
    const stats = await Promise.all(
      server.platform.testBed.redis.nodes.map((node) => node.command("INFO", "commandstats")),
    );
    const calls = [...stats.join().matchAll(/cmdstat_(?:set|del|eval|zadd):calls=(\d+)/g)];
    return calls.reduce((sum, [, number]) => sum + Number(number), 0);
  };
  const writes: number[] = [];
  for (const refreshes of [1, 60]) {
    let { refreshToken } = await obtainTokens(server);
    for (let round = 0; round < refreshes; round++)
      refreshToken = String((await refresh(refreshToken!)).json.refresh_token);
    const before = await count();
    const body = new URLSearchParams({ client_id: "app", token: refreshToken! });
    assert.equal((await server.post("/oauth2/revoke", body)).status, 200);
    writes.push((await count()) - before);
    assert.equal((await refresh(refreshToken!)).json.error, "invalid_grant");
  }
  assert.equal(writes[0], writes[1], `${writes}`);
});

test("a disabled user gets no more tokens", async () => {
  const { database } = server.platform.testBed;
  const { refreshToken } = await obtainTokens(server);
  await database.query("UPDATE users SET disabled = TRUE");
  try {
    const response = await refresh(refreshToken!);
    assert.deepEqual([response.status, response.json.error], [400, "invalid_grant"]);
  } finally {
    await database.query("UPDATE users SET disabled = FALSE");
  }
});

test("revoking a refresh token immediately revokes its access token", async () => {
  const { refreshToken, accessToken } = await obtainTokens(server);
  const response = await oauth.revocationRequest(
    server.metadata,
    client,
    oauth.None(),
    refreshToken!,
    server.options,
  );
  await oauth.processRevocationResponse(response);
  assert.equal(await server.useToken(accessToken), 401);
  assert.equal((await refresh(refreshToken!)).json.error, "invalid_grant");
});

test("after a revocation the same browser gets valid tokens", async () => {
  const browser = server.browser();
  const { authorize } = await import("./authorize.ts");
  const tokens: string[] = [];
  for (let round = 0; round < 2; round++) {
    const request = await createRequest();
    const code = (await authorize(server, request, { browser })).get("code")!;
    const response = await server.post(
      "/oauth2/token",
      new URLSearchParams({
        grant_type: "authorization_code",
        client_id: "app",
        redirect_uri: "https://app.test/callback",
        code,
        code_verifier: request.verifier,
      }),
    );
    const token = String(response.json.access_token);
    assert.equal(await server.useToken(token), 200);
    await server.post("/oauth2/revoke", new URLSearchParams({ client_id: "app", token }));
    assert.equal(await server.useToken(token), 401);
    tokens.push(token);
  }
});

test("a concurrent refresh and revocation leave no valid token", async () => {
  for (let round = 0; round < 8; round++) {
    const { refreshToken, accessToken } = await obtainTokens(server);
    const revoke = () =>
      server.post("/oauth2/revoke", new URLSearchParams({ client_id: "app", token: accessToken }));
    const [refreshed] = await Promise.all(
      round % 2 === 0 ? [refresh(refreshToken!), revoke()] : [refresh(refreshToken!), revoke(), revoke()],
    );
    assert.equal(await server.useToken(accessToken), 401);
    assert.equal((await refresh(refreshToken!)).json.error, "invalid_grant");
    if (refreshed.status !== 200) continue;
    assert.equal(await server.useToken(String(refreshed.json.access_token)), 401);
    assert.equal((await refresh(String(refreshed.json.refresh_token))).json.error, "invalid_grant");
  }
});

test("a token written for a revoked grant is invalid", async () => {
  const { host, port } = server.platform.testBed.redis;
  const logger = pino({ level: "silent" });
  const primaries = new Primaries({ host, port, tls: false, commandTimeoutMs: 1000 }, logger);
  await primaries.start();
  try {
    const { errors } = await loadLibrary();
    const units = new UnitsOfWork(primaries, {
      errors,
      logger,
      work: { begin() {}, end() {} },
      readRequest: () => undefined,
    });
    const open = (kind: string) => new RedisAdapter(kind, { primaries, units, findClient: () => undefined });
    for (const kind of ["AccessToken", "RefreshToken", "AuthorizationCode", "DeviceCode"]) {
      const grantId = `grant-${kind}`;
      const [early, late] = ["early", "late"].map((name) => `${computeGrantTag(grantId)}${name}-${kind}`);
      await open(kind).upsert(early!, { grantId }, 60);
      assert.ok(await open(kind).find(early!), kind);
      await open(kind).revokeByGrantId(grantId);
      await open(kind).upsert(late!, { grantId }, 60);
      assert.deepEqual(
        [await open(kind).find(early!), await open(kind).find(late!)],
        [undefined, undefined],
        kind,
      );
    }
  } finally {
    primaries.close();
  }
});

test("a client cannot revoke or introspect another client's token", async () => {
  const { accessToken } = await obtainTokens(server);
  const foreign = await server.post("/oauth2/revoke", new URLSearchParams({ token: accessToken }), {
    authorization: basic,
  });
  assert.deepEqual([foreign.status, foreign.json.error], [400, "invalid_grant"]);
  const unknown = await server.post("/oauth2/revoke", new URLSearchParams({ token: "x" }), {
    authorization: basic,
  });
  assert.equal(unknown.status, 200, "RFC 7009 2.2: nothing is left to revoke");
  assert.equal(await server.useToken(accessToken), 200);
  const looked = await server.post("/oauth2/introspect", new URLSearchParams({ token: accessToken }), {
    authorization: basic,
  });
  assert.deepEqual(looked.json, { active: false });
});

test("a token of any other form is inactive, without an error", async () => {
  const { id_token: idToken } = await obtainTokens(server).then(({ response }) => response);
  for (const token of [idToken!, "eyJhbGciOiJub25lIn0.e30.", "a.b.c", "x"]) {
    const form = new URLSearchParams({ token });
    const looked = await server.post("/oauth2/introspect", form, { authorization: basic });
    assert.deepEqual([looked.status, looked.json], [200, { active: false }], token);
  }
  const unauthenticated = await server.post("/oauth2/introspect", new URLSearchParams({ token: "a.b.c" }));
  assert.notEqual(unauthenticated.status, 200);
});

test("a grant type that the client lacks is refused as unauthorized_client", async () => {
  await server.addClient("narrow", { public: false, grantTypes: "client_credentials", redirectUris: "" });
  await server.publish();
  const authorization = `Basic ${Buffer.from(`narrow:${secret}`).toString("base64")}`;
  const token = new URLSearchParams({ grant_type: "refresh_token", refresh_token: "x" });
  const device = new URLSearchParams({ scope: "verify:read" });
  for (const [path, form] of [
    ["/oauth2/token", token],
    ["/oauth2/device_authorization", device],
  ] as const) {
    const { status, json } = await server.post(path, form, { authorization });
    assert.deepEqual([status, json.error], [400, "unauthorized_client"], path);
  }
});

test("a strict client introspects its own tokens, and those of others with the scope for it", async () => {
  const { accessToken, refreshToken } = await obtainTokens(server);
  for (const token of [accessToken, refreshToken!]) {
    const response = await oauth.introspectionRequest(
      server.metadata,
      client,
      oauth.None(),
      token,
      server.options,
    );
    const { active, sub, client_id, iss } = await oauth.processIntrospectionResponse(
      server.metadata,
      client,
      response,
    );
    assert.deepEqual([active, sub, client_id, iss], [true, "person-1", "app", issuer]);
  }
  await server.addClient("auditor", {
    public: false,
    scopes: "token:introspect",
    grantTypes: "client_credentials",
    redirectUris: "",
  });
  await server.publish();
  const looked = await server.post("/oauth2/introspect", new URLSearchParams({ token: accessToken }), {
    authorization: `Basic ${btoa(`auditor:${secret}`)}`,
  });
  assert.equal(looked.json.active, true);
});

test("a client without the grant for it gets no refresh token", async () => {
  await server.addClient("once", { grantTypes: "authorization_code" });
  await server.publish();
  assert.equal((await obtainTokens(server, "once")).refreshToken, undefined);
});

test("signing out ends everything without offline access", async () => {
  const browser = server.browser();
  const request = await createRequest();
  const { authorize } = await import("./authorize.ts");
  const code = (await authorize(server, request, { browser })).get("code")!;
  const response = await server.post(
    "/oauth2/token",
    new URLSearchParams({
      grant_type: "authorization_code",
      client_id: "app",
      redirect_uri: "https://app.test/callback",
      code,
      code_verifier: request.verifier,
    }),
  );
  assert.equal(response.status, 200);
  const page = await browser.open("/oauth2/logout");
  assert.match(page.text, /Sign out\?/);
  const done = await browser.submit(page, "/confirm", { logout: "yes" });
  assert.match(done.text, /<h1>Signed out/);
  assert.equal(await server.useToken(String(response.json.access_token)), 401);
  assert.equal((await refresh(String(response.json.refresh_token))).json.error, "invalid_grant");
  assert.match((await browser.open((await createRequest()).url)).text, /Sign in<\/h1>/);
});
