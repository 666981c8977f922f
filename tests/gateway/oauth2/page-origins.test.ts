import assert from "node:assert/strict";
import { before, t, test } from "tap";
import { reserveNetwork } from "../../loopback.ts";
import { authorize, createRequest, obtainTokens } from "./authorize.ts";
import { redirectUri, StartedServer } from "./started-server.ts";

const network = await reserveNetwork();

const own = new URL(redirectUri).origin;
const otherOrigins = ["https://elsewhere.test", "http://app.test", "https://app.test:8443", "null"];
const appRedirect = "com.example.app:/callback";
let server: StartedServer;

before(async () => {
  server = await StartedServer.start(network);
  await server.addClient("native", { redirectUris: appRedirect });
  // Its secret is on its server, so its pages need no access.
  await server.addClient("hosted", { public: false, redirectUris: "https://hosted.test/callback" });
  await server.publish();
});

t.teardown(() => server?.stop());

const shared = (headers: Headers) => headers.get("access-control-allow-origin");

async function preflight(path: string, origin: string, method = "POST"): Promise<Headers> {
  const { headers } = await fetch(server.origin + path, {
    method: "OPTIONS",
    headers: {
      origin,
      "access-control-request-method": method,
      "access-control-request-headers": "authorization,dpop",
    },
  });
  return headers;
}

function post(path: string, fields: Record<string, string>, origin: string) {
  return server.post(path, new URLSearchParams(fields), { origin });
}

const endpoints = ["token", "revoke", "introspect", "par", "device_authorization"].map(
  (name) => `/oauth2/${name}`,
);

test("a preflight is granted to the origin of a public client's redirect URI, and to no other", async () => {
  for (const path of endpoints) {
    const granted = await preflight(path, own);
    assert.equal(shared(granted), own, path);
    assert.match(granted.get("access-control-allow-methods")!, /POST/);
    assert.match(granted.get("access-control-allow-headers")!, /dpop/);
    assert.match(granted.get("vary")!, /origin/i);
    for (const origin of [...otherOrigins, "https://hosted.test"]) {
      const refused = [...(await preflight(path, origin)).keys()];
      assert.deepEqual(
        refused.filter((name) => name.startsWith("access-control-")),
        [],
        `${path} ${origin}`,
      );
    }
  }
});

test("a page gets a token, refreshes it, reads userinfo and revokes it, all from its own origin", async () => {
  const request = await createRequest("app", {
    scope: "openid offline_access verify:read",
    prompt: "consent",
  });
  const code = (await authorize(server, request)).get("code")!;
  const client = { client_id: "app", redirect_uri: redirectUri };
  const first = await post(
    "/oauth2/token",
    { grant_type: "authorization_code", ...client, code, code_verifier: request.verifier },
    own,
  );
  const refreshed = await post(
    "/oauth2/token",
    { grant_type: "refresh_token", client_id: "app", refresh_token: String(first.json.refresh_token) },
    own,
  );
  const token = String(refreshed.json.access_token);
  const userinfo = await fetch(`${server.origin}/oauth2/userinfo`, {
    headers: { origin: own, authorization: `Bearer ${token}` },
  });
  assert.equal(((await userinfo.json()) as { sub: string }).sub, "person-1");
  assert.equal(shared(userinfo.headers), "*");
  const revoked = await post("/oauth2/revoke", { client_id: "app", token }, own);
  for (const { status, headers, text } of [first, refreshed, revoked]) {
    assert.equal(status, 200, text);
    assert.equal(shared(headers), own);
    assert.equal(headers.get("access-control-allow-credentials"), null);
  }
  assert.equal(await server.useToken(token), 401);
});

test("a page reads why it was refused; a page of another origin reads nothing", async () => {
  const fields = { grant_type: "authorization_code", client_id: "app", redirect_uri: redirectUri, code: "x" };
  const refused = await post("/oauth2/token", fields, own);
  assert.deepEqual(
    [refused.status, refused.json.error, shared(refused.headers)],
    [400, "invalid_grant", own],
  );
  assert.match(refused.headers.get("access-control-expose-headers")!, /Retry-After/);
  const { accessToken, refreshToken } = await obtainTokens(server);
  for (const origin of otherOrigins)
    for (const [path, more] of [
      ["/oauth2/token", { grant_type: "refresh_token", refresh_token: String(refreshToken) }],
      ["/oauth2/revoke", { token: accessToken }],
      ["/oauth2/introspect", { token: accessToken }],
      ["/oauth2/par", { response_type: "code", redirect_uri: redirectUri }],
      ["/oauth2/device_authorization", { scope: "verify:read" }],
    ] as const) {
      const { status, headers, text } = await post(path, { client_id: "app", ...more }, origin);
      assert.equal(status, 400, `${path} ${origin}: ${text}`);
      assert.deepEqual(
        [...headers.keys()].filter((name) => name.startsWith("access-control-")),
        [],
        `${path} ${origin}`,
      );
    }
  // Refusals before any client is known are no exception.
  for (const body of ["client_id=nobody", ""])
    assert.equal(
      shared((await server.post("/oauth2/token", body, { origin: otherOrigins[0]! })).headers),
      null,
    );
  assert.equal(await server.useToken(accessToken), 200);
});

test("a sandboxed page, whose origin is null, is not accepted as a native app", async () => {
  const fields = {
    grant_type: "authorization_code",
    client_id: "native",
    redirect_uri: appRedirect,
    code: "x",
  };
  const { headers, json } = await post("/oauth2/token", fields, "null");
  assert.equal(shared(headers), null);
  assert.match(String(json.error_description), /origin null not allowed/);
});

test("a page of one client gets nothing as another one", async () => {
  await server.addClient("second", { redirectUris: "https://second.test/callback" });
  await server.publish();
  const { refreshToken } = await obtainTokens(server);
  const fields = { grant_type: "refresh_token", client_id: "app", refresh_token: String(refreshToken) };
  const stolen = await post("/oauth2/token", fields, "https://second.test");
  assert.deepEqual([stolen.status, stolen.json.access_token, shared(stolen.headers)], [400, undefined, null]);
  assert.equal((await post("/oauth2/token", fields, own)).status, 200);
});

test("metadata and keys are open to pages of every origin", async () => {
  for (const path of [
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
    "/oauth2/jwks",
  ])
    for (const origin of [own, "https://elsewhere.test"]) {
      const response = await fetch(server.origin + path, { headers: { origin } });
      await response.arrayBuffer();
      assert.equal(response.status, 200);
      assert.ok([origin, "*"].includes(shared(response.headers)!), path);
      assert.equal(response.headers.get("access-control-allow-credentials"), null);
      assert.ok([origin, "*"].includes(shared(await preflight(path, origin, "GET"))!), path);
    }
});
