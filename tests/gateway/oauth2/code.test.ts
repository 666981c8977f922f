import assert from "node:assert/strict";
import * as oauth from "oauth4webapi";
import { before, t, test } from "tap";
import { reserveNetwork } from "../../loopback.ts";
import { authorize, createRequest, obtainTokens } from "./authorize.ts";
import { issuer, redirectUri, StartedServer, secret } from "./started-server.ts";

const network = await reserveNetwork();

let server: StartedServer;

before(async () => {
  server = await StartedServer.start(network);
});

t.teardown(() => server?.stop());

/** Redeems a code as the public client `app`. */
async function redeem(code: string, fields: Record<string, string> = {}) {
  return server.post(
    "/oauth2/token",
    new URLSearchParams({
      grant_type: "authorization_code",
      client_id: "app",
      redirect_uri: redirectUri,
      code,
      ...fields,
    }),
  );
}

test("a strict client completes the code flow and learns who signed in", async () => {
  const { accessToken, response } = await obtainTokens(server);
  const claims = oauth.getValidatedIdTokenClaims(response)!;
  assert.equal(claims.iss, issuer);
  assert.equal(claims.sub, "person-1");
  assert.equal(claims.name, "Ada Lovelace");
  assert.equal(claims.email, "ada@example.test");
  assert.equal(await server.useToken(accessToken), 200);
});

test("the ID token's signature is by a published key", async () => {
  const request = await createRequest();
  const code = await authorize(server, request);
  const client = { client_id: "app" };
  const response = await oauth.authorizationCodeGrantRequest(
    server.metadata,
    client,
    oauth.None(),
    code,
    redirectUri,
    request.verifier,
    server.options,
  );
  await oauth.processAuthorizationCodeResponse(server.metadata, client, response, {
    expectedNonce: request.nonce,
  });
  await oauth.validateApplicationLevelSignature(server.metadata, response, server.options);
});

test("a confidential client completes it with its secret, in the header and in the body", async () => {
  const client = { client_id: "web" };
  for (const authentication of [oauth.ClientSecretBasic(secret), oauth.ClientSecretPost(secret)]) {
    const request = await createRequest("web", { scope: "verify:read" });
    const code = await authorize(server, request, { clientId: "web" });
    const response = await oauth.authorizationCodeGrantRequest(
      server.metadata,
      client,
      authentication,
      code,
      redirectUri,
      request.verifier,
      server.options,
    );
    const tokens = await oauth.processAuthorizationCodeResponse(server.metadata, client, response);
    assert.equal(tokens.scope, "verify:read");
    assert.equal(tokens.id_token, undefined);
  }
});

test("a code that is used twice is refused, and its tokens are revoked", async () => {
  const request = await createRequest();
  const code = (await authorize(server, request)).get("code")!;
  const first = await redeem(code, { code_verifier: request.verifier });
  assert.equal(first.status, 200, first.text);
  assert.equal(await server.useToken(String(first.json.access_token)), 200);
  const second = await redeem(code, { code_verifier: request.verifier });
  assert.deepEqual([second.status, second.json.error], [400, "invalid_grant"]);
  assert.equal(await server.useToken(String(first.json.access_token)), 401);
  const refreshed = await server.post(
    "/oauth2/token",
    new URLSearchParams({
      grant_type: "refresh_token",
      client_id: "app",
      refresh_token: String(first.json.refresh_token),
    }),
  );
  assert.deepEqual([refreshed.status, refreshed.json.error], [400, "invalid_grant"]);
});

test("of 50 concurrent redemptions none leaves a valid token, and at most one succeeds", async () => {
  const request = await createRequest();
  const code = (await authorize(server, request)).get("code")!;
  const responses = await Promise.all(
    Array.from({ length: 50 }, () => redeem(code, { code_verifier: request.verifier })),
  );
  const issued = responses.filter(({ status }) => status === 200);
  assert.ok(issued.length <= 1, `${issued.length} succeeded`);
  for (const { status, json } of responses)
    if (status !== 200) assert.deepEqual([status, json.error], [400, "invalid_grant"]);
  for (const { json } of issued) assert.equal(await server.useToken(String(json.access_token)), 401);
});

test("a code is refused with a wrong verifier, without one, with another redirect URI, and to another client", async () => {
  const wrong: readonly Record<string, string>[] = [
    { code_verifier: oauth.generateRandomCodeVerifier() },
    {},
    { code_verifier: "right", redirect_uri: `${redirectUri}/` },
    { code_verifier: "right", client_id: "other" },
  ];
  for (const fields of wrong) {
    const request = await createRequest();
    const code = (await authorize(server, request)).get("code")!;
    const verifier = fields.code_verifier === "right" ? { code_verifier: request.verifier } : {};
    const { status, json } = await redeem(code, { ...fields, ...verifier });
    assert.deepEqual([status, json.error], [400, "invalid_grant"], JSON.stringify(fields));
  }
});

test("a code is not redeemed without its redirect URI", async () => {
  const request = await createRequest();
  const code = (await authorize(server, request)).get("code")!;
  const { status, json } = await server.post(
    "/oauth2/token",
    new URLSearchParams({
      grant_type: "authorization_code",
      client_id: "app",
      code,
      code_verifier: request.verifier,
    }),
  );
  assert.deepEqual([status, json.error], [400, "invalid_request"]);
});

/** Requests that return an error to the client. */
const refused: Readonly<Record<string, readonly [Record<string, string | undefined>, string]>> = {
  "without PKCE": [{ code_challenge: undefined, code_challenge_method: undefined }, "invalid_request"],
  "with plain PKCE": [{ code_challenge_method: "plain" }, "invalid_request"],
  "without the PKCE method": [{ code_challenge_method: undefined }, "invalid_request"],
  "for the implicit flow": [{ response_type: "token" }, "unsupported_response_type"],
  "for the hybrid flow": [{ response_type: "code id_token" }, "unsupported_response_type"],
  "for another resource": [{ resource: "https://elsewhere.test" }, "invalid_target"],
  "for a scope that the client may not have": [{ scope: "openid orders:all" }, "invalid_scope"],
  "for no scope at all": [{ scope: undefined, nonce: undefined }, "invalid_scope"],
  "for a response in the fragment": [{ response_mode: "fragment" }, "invalid_request"],
  "without a session and without asking": [{ prompt: "none" }, "login_required"],
  "with an unsigned request object": [{ request: "eyJhbGciOiJub25lIn0.e30." }, "request_not_supported"],
};

for (const [what, [changes, error]] of Object.entries(refused))
  test(`a request ${what} is refused with ${error} and the issuer`, async () => {
    const request = await createRequest();
    for (const [name, value] of Object.entries(changes))
      if (value === undefined) request.url.searchParams.delete(name);
      else request.url.searchParams.set(name, value);
    const { url } = await server.browser().open(request.url);
    assert.equal(`${url.origin}${url.pathname}`, redirectUri);
    const response = new URLSearchParams(url.search || url.hash.slice(1));
    assert.deepEqual(
      [response.get("error"), response.get("iss"), response.get("state")],
      [error, issuer, request.state],
    );
    assert.equal(response.get("code"), null);
  });

test("no redirect leads to an address that is not registered exactly", async () => {
  for (const uri of [
    "https://evil.test/",
    `${redirectUri}/`,
    `${redirectUri}?a=b`,
    `${redirectUri}/../evil`,
    "https://app.test/CALLBACK",
    "https://app.test:8443/callback",
    "http://app.test/callback",
    "https://app.test@evil.test/callback",
    "javascript:alert(1)",
    "//evil.test",
  ]) {
    const request = await createRequest("app", { redirect_uri: uri });
    const page = await server.browser().open(request.url);
    assert.deepEqual([page.status, page.url.origin], [400, issuer], uri);
    assert.match(page.text, /Something went wrong/);
    assert.doesNotMatch(page.text, /href=/);
  }
});

test("an unknown client gets a page, not a redirect", async () => {
  const page = await server.browser().open((await createRequest("nobody")).url);
  assert.deepEqual([page.status, page.url.origin], [400, issuer]);
});

test("a duplicate parameter is refused at both endpoints", async () => {
  const request = await createRequest();
  request.url.searchParams.append("scope", "verify:write");
  const { url } = await server.browser().open(request.url);
  assert.equal(url.searchParams.get("error"), "invalid_request");
  const twice = await server.post(
    "/oauth2/token",
    "grant_type=authorization_code&client_id=app&code=a&code=b&redirect_uri=x&code_verifier=y",
  );
  assert.deepEqual([twice.status, twice.json.error], [400, "invalid_request"]);
  const clients = await server.post(
    "/oauth2/token",
    "grant_type=authorization_code&client_id=app&client_id=other&code=a&redirect_uri=x",
  );
  assert.deepEqual([clients.status, clients.json.error], [400, "invalid_request"]);
});

test("a client that knows the server by its issuer refuses another one's response", async () => {
  const request = await createRequest();
  const browser = server.browser();
  const page = await browser.open(request.url);
  const { url } = await browser.submit(page, "/abort");
  assert.equal(url.searchParams.get("error"), "access_denied");
  url.searchParams.set("iss", "https://other.test");
  assert.throws(
    () => oauth.validateAuthResponse(server.metadata, { client_id: "app" }, url, request.state),
    /iss/,
  );
  url.searchParams.delete("iss");
  assert.throws(
    () => oauth.validateAuthResponse(server.metadata, { client_id: "app" }, url, request.state),
    /iss/,
  );
});

test("an app on loopback is reached at any port, and has to ask for consent again", async () => {
  await server.addClient("desktop", { redirectUris: "http://127.0.0.1/back" });
  await server.publish();
  const browser = server.browser();
  for (const port of [50_001, 50_002]) {
    const request = await createRequest("desktop", { redirect_uri: `http://127.0.0.1:${port}/back` });
    const response = await authorize(server, request, { browser, clientId: "desktop" });
    assert.ok(response.get("code"));
  }
});

test("a changed client takes effect without a restart", async () => {
  await server.addClient("late", {});
  const request = await createRequest("late");
  assert.equal((await server.browser().open(request.url)).status, 400);
  await server.publish();
  assert.match((await server.browser().open(request.url)).text, /Sign in/);
  const { database } = server.platform.testBed;
  await database.query("UPDATE clients SET redirect_uris = 'https://app.test/new' WHERE client_id = 'late'");
  await server.publish();
  assert.equal((await server.browser().open(request.url)).status, 400);
});

test("a page of a public client may request tokens from its own origin, and no other page may", async () => {
  const preflight = await fetch(`${server.origin}/oauth2/token`, {
    method: "OPTIONS",
    headers: { origin: "https://app.test", "access-control-request-method": "POST" },
  });
  assert.equal(preflight.status, 204);
  for (const [origin, allowed] of [
    ["https://app.test", true],
    ["https://evil.test", false],
    ["null", false],
  ] as const) {
    const request = await createRequest();
    const code = (await authorize(server, request)).get("code")!;
    const body = {
      grant_type: "authorization_code",
      client_id: "app",
      redirect_uri: redirectUri,
      code,
      code_verifier: request.verifier,
    };
    const response = await server.post("/oauth2/token", new URLSearchParams(body), { origin });
    assert.equal(response.headers.get("access-control-allow-origin"), allowed ? origin : null, origin);
    assert.equal(response.json.access_token !== undefined, allowed, origin);
  }
});
