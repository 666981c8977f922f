import assert from "node:assert/strict";
import * as oauth from "oauth4webapi";
import * as openid from "openid-client";
import { before, t, test } from "tap";
import { reserveNetwork } from "../../loopback.ts";
import { issuer, StartedServer, secret } from "./started-server.ts";

const network = await reserveNetwork();

let server: StartedServer;

before(async () => {
  server = await StartedServer.start(network);
  await server.addClient("machine", {
    public: false,
    grantTypes: "client_credentials",
    redirectUris: "",
    scopes: "verify:read",
  });
  await server.publish();
});

t.teardown(() => server?.stop());

const basic = (id: string, value: string) => ({ authorization: `Basic ${btoa(`${id}:${value}`)}` });
const body = (fields: Record<string, string> = {}) =>
  new URLSearchParams({ grant_type: "client_credentials", scope: "verify:read", ...fields });

test("openid-client discovers the server and gets a token that the API accepts", async () => {
  const configuration = await openid.discovery(new URL(issuer), "machine", secret, undefined, {
    [openid.customFetch]: server.fetch as openid.CustomFetch,
    algorithm: "oauth2",
  });
  const tokens = await openid.clientCredentialsGrant(configuration, {
    scope: "verify:read",
    resource: issuer,
  });
  assert.equal(await server.useToken(tokens.access_token), 200);
  await openid.tokenRevocation(configuration, tokens.access_token);
  assert.equal(await server.useToken(tokens.access_token), 401);
  const { active } = await openid.tokenIntrospection(configuration, tokens.access_token);
  assert.equal(active, false);
});

test("both metadata documents list what the server supports, and nothing that it refuses", async () => {
  const [oauth2, openidConnect] = await Promise.all(
    ["oauth-authorization-server", "openid-configuration"].map(async (name) => {
      const response = await fetch(`${server.origin}/.well-known/${name}`);
      assert.equal(response.headers.get("content-type"), "application/json; charset=utf-8");
      return (await response.json()) as Record<string, unknown>;
    }),
  );
  assert.deepEqual(oauth2, openidConnect);
  assert.equal(oauth2!.issuer, issuer);
  assert.deepEqual(oauth2!.response_types_supported, ["code"]);
  assert.deepEqual(oauth2!.response_modes_supported, ["query"]);
  assert.deepEqual(oauth2!.code_challenge_methods_supported, ["S256"]);
  assert.equal(oauth2!.authorization_response_iss_parameter_supported, true);
  assert.deepEqual([...(oauth2!.grant_types_supported as string[])].sort(), [
    "authorization_code",
    "client_credentials",
    "refresh_token",
    "urn:ietf:params:oauth:grant-type:device_code",
  ]);
  for (const [name, value] of Object.entries(oauth2!))
    if (name.endsWith("_endpoint")) assert.ok(String(value).startsWith(`${issuer}/oauth2/`), name);
  assert.ok((oauth2!.scopes_supported as string[]).includes("verify:write"));
});

test("oauth4webapi accepts the OpenID metadata too", async () => {
  const response = await oauth.discoveryRequest(new URL(issuer), server.options);
  const { userinfo_endpoint } = await oauth.processDiscoveryResponse(new URL(issuer), response);
  assert.equal(userinfo_endpoint, `${issuer}/oauth2/userinfo`);
});

test("a wrong secret, an unknown client and no secret are the same invalid_client", async () => {
  const wrong = await server.post("/oauth2/token", body(), basic("machine", "wrong"));
  const unknown = await server.post("/oauth2/token", body(), basic("nobody", secret));
  for (const { status, json, headers } of [wrong, unknown]) {
    assert.deepEqual([status, json.error], [401, "invalid_client"]);
    assert.match(headers.get("www-authenticate")!, /^Basic /);
    assert.equal(headers.get("cache-control"), "no-store");
  }
  assert.deepEqual(wrong.json, unknown.json);
  const none = await server.post("/oauth2/token", body({ client_id: "machine" }));
  assert.deepEqual([none.status, none.json.error], [401, "invalid_client"]);
  const hash = await server.platform.testBed.database.query(
    "SELECT secret_hash FROM clients WHERE client_id = 'machine'",
  );
  const stored = await server.post("/oauth2/token", body(), basic("machine", String(hash[0]!.secret_hash)));
  assert.equal(stored.status, 401);
});

test("a secret is accepted in one place only", async () => {
  const both = await server.post(
    "/oauth2/token",
    body({ client_id: "machine", client_secret: secret }),
    basic("machine", secret),
  );
  assert.deepEqual([both.status, both.json.error], [400, "invalid_request"]);
  const query = await server.post(`/oauth2/token?client_id=machine&client_secret=${secret}`, body());
  assert.equal(query.json.access_token, undefined);
  assert.ok(query.status >= 400);
});

test("the token response is not cacheable, and contains no more than requested", async () => {
  const response = await server.post("/oauth2/token", body(), basic("machine", secret));
  assert.equal(response.headers.get("cache-control"), "no-store");
  assert.deepEqual(Object.keys(response.json).sort(), ["access_token", "expires_in", "scope", "token_type"]);
  assert.deepEqual([response.json.scope, response.json.token_type], ["verify:read", "Bearer"]);
});

/** Token requests that are refused. */
const refused: Readonly<Record<string, readonly [string, number, string]>> = {
  "a scope twice": [
    "grant_type=client_credentials&scope=verify:read&scope=verify:read",
    400,
    "invalid_request",
  ],
  "two grant types": ["grant_type=client_credentials&grant_type=client_credentials", 400, "invalid_request"],
  "no grant type": ["scope=verify:read", 400, "invalid_request"],
  "the password grant": ["grant_type=password&username=ada&password=x", 400, "unsupported_grant_type"],
  "the implicit grant": ["grant_type=implicit", 400, "unsupported_grant_type"],
  "a grant that the client does not have": [
    "grant_type=refresh_token&refresh_token=x",
    400,
    "unauthorized_client",
  ],
  "a scope that the client does not have": [
    "grant_type=client_credentials&scope=verify:write",
    400,
    "invalid_scope",
  ],
  "a scope of OpenID Connect": ["grant_type=client_credentials&scope=openid", 400, "invalid_scope"],
  "another resource": [
    "grant_type=client_credentials&resource=https://elsewhere.test",
    400,
    "invalid_target",
  ],
  "two resources": [
    `grant_type=client_credentials&resource=${issuer}&resource=https://elsewhere.test`,
    400,
    "invalid_target",
  ],
};

for (const [what, [text, status, error]] of Object.entries(refused))
  test(`${what} is refused with ${error}`, async () => {
    const response = await server.post("/oauth2/token", text, basic("machine", secret));
    assert.deepEqual([response.status, response.json.error], [status, error], response.text);
    assert.equal(response.headers.get("cache-control"), "no-store");
  });

test("a body that is not a form, or is too large, is refused", async () => {
  const json = await server.post("/oauth2/token", '{"grant_type":"client_credentials"}', {
    ...basic("machine", secret),
    "content-type": "application/json",
  });
  assert.deepEqual([json.status, json.json.error], [400, "invalid_request"]);
  const large = await server.post("/oauth2/token", `a=${"x".repeat(100_000)}`, basic("machine", secret));
  assert.deepEqual([large.status, large.json.error], [400, "invalid_request"]);
});

test("a wrong method is 405 with the allowed ones", async () => {
  const token = await fetch(`${server.origin}/oauth2/token`);
  assert.deepEqual([token.status, token.headers.get("allow")], [405, "POST"]);
  await token.arrayBuffer();
  const jwks = await server.post("/oauth2/jwks", "");
  assert.deepEqual([jwks.status, jwks.headers.get("allow")], [405, "HEAD, GET"]);
});

test("a path that only resembles an endpoint does not exist", async () => {
  for (const path of [
    "/oauth2/device/",
    "/oauth2/token/",
    "/OAUTH2/token",
    "/oauth2/interaction/",
    "/oauth2/x",
  ]) {
    const response = await server.post(path, body(), basic("machine", secret));
    assert.equal(response.status, 404, path);
    assert.equal(response.json.code, "DMM_GATEWAY_ROUTE_UNKNOWN", path);
  }
  const encoded = await server.post("/oauth2/%74oken", body(), basic("machine", secret));
  // The same path by RFC 3986 section 6.2.2.2, and so the same response.
  assert.equal(encoded.status, 200);
});

test("metadata and keys are served to HEAD as to GET", async () => {
  for (const path of ["/.well-known/oauth-authorization-server", "/oauth2/jwks"]) {
    const response = await fetch(server.origin + path, { method: "HEAD" });
    assert.equal(response.status, 200, path);
    assert.match(response.headers.get("cache-control")!, /max-age/);
  }
});

test("a replaced secret is refused without a restart", async () => {
  const { database } = server.platform.testBed;
  await server.addClient("replaced", { public: false, grantTypes: "client_credentials", redirectUris: "" });
  await server.publish();
  assert.equal((await server.post("/oauth2/token", body(), basic("replaced", secret))).status, 200);
  await database.query("UPDATE clients SET secret_hash = REPEAT('0', 64) WHERE client_id = 'replaced'");
  await server.publish();
  assert.equal((await server.post("/oauth2/token", body(), basic("replaced", secret))).status, 401);
});

test("a foreign Host header does not change the metadata", async () => {
  const { sendRaw } = await import("../raw-client.ts");
  const received = await sendRaw(
    server.origin,
    "GET /.well-known/oauth-authorization-server HTTP/1.1\r\nHost: evil.test\r\nX-Forwarded-Host: evil.test\r\nConnection: close\r\n\r\n",
  );
  assert.match(received, /https:\/\/api\.test\/oauth2\/token/);
  assert.doesNotMatch(received, /evil/);
});
