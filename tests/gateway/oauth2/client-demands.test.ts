import assert from "node:assert/strict";
import * as oauth from "oauth4webapi";
import * as openid from "openid-client";
import { before, t, test } from "tap";
import { reserveNetwork } from "../../loopback.ts";
import { authorize, createRequest, obtainTokens } from "./authorize.ts";
import { deviceGrant, issuer, redirectUri, StartedServer, secret, signIn } from "./started-server.ts";

const network = await reserveNetwork();

let server: StartedServer;

before(async () => {
  server = await StartedServer.start(network);
  await server.addClient("pushing", { requirePushedAuthorizationRequests: true });
  await server.addClient("bound", { dpopBoundAccessTokens: true });
  await server.addClient("machine", {
    public: false,
    grantTypes: "client_credentials",
    redirectUris: "",
    dpopBoundAccessTokens: true,
  });
  await server.publish();
});

t.teardown(() => server?.stop());

const createHandle = async () => oauth.DPoP({}, await oauth.generateKeyPair("ES256", { extractable: true }));

test("a client that must push its requests is refused with one in the URL", async () => {
  const request = await createRequest("pushing");
  const { url } = await server.browser().open(request.url);
  assert.equal(`${url.origin}${url.pathname}`, redirectUri);
  assert.deepEqual(
    ["error", "iss", "state", "code"].map((name) => url.searchParams.get(name)),
    ["invalid_request", issuer, request.state, null],
  );
});

test("pushed, the same request completes with openid-client", async () => {
  const configuration = await openid.discovery(new URL(issuer), "pushing", undefined, openid.None(), {
    [openid.customFetch]: server.fetch as openid.CustomFetch,
  });
  const request = await createRequest("pushing");
  const parameters = Object.fromEntries(request.url.searchParams);
  const url = await openid.buildAuthorizationUrlWithPAR(configuration, parameters);
  assert.match(url.searchParams.get("request_uri")!, /^urn:ietf:params:oauth:request_uri:/);
  const browser = server.browser();
  const { url: response } = await signIn(browser, await browser.open(url));
  const tokens = await openid.authorizationCodeGrant(configuration, response, {
    pkceCodeVerifier: request.verifier,
    expectedState: request.state,
    expectedNonce: request.nonce,
  });
  assert.equal(await server.useToken(tokens.access_token), 200);
});

test("a request that another client pushed does not count", async () => {
  const { url } = await createRequest("app");
  const pushed = await server.post("/oauth2/par", url.searchParams);
  const foreign = new URL("/oauth2/authorize", issuer);
  foreign.search = new URLSearchParams({
    client_id: "pushing",
    request_uri: String(pushed.json.request_uri),
  }).toString();
  const page = await server.browser().open(foreign);
  assert.equal(page.url.searchParams.get("code"), null);
  assert.doesNotMatch(page.text, /Sign in<\/h1>/);
});

test("a client whose tokens must be bound gets none without a proof, with any grant", async () => {
  const machine = await server.post(
    "/oauth2/token",
    new URLSearchParams({ grant_type: "client_credentials", scope: "verify:read" }),
    { authorization: `Basic ${btoa(`machine:${secret}`)}` },
  );
  assert.deepEqual([machine.status, machine.json.error], [400, "invalid_grant"], machine.text);
  const request = await createRequest("bound");
  const code = (await authorize(server, request, { clientId: "bound" })).get("code")!;
  const body = {
    grant_type: "authorization_code",
    client_id: "bound",
    redirect_uri: redirectUri,
    code,
    code_verifier: request.verifier,
  };
  const redeemed = await server.post("/oauth2/token", new URLSearchParams(body));
  assert.deepEqual([redeemed.status, redeemed.json.error], [400, "invalid_grant"], redeemed.text);
  const asked = await server.post(
    "/oauth2/device_authorization",
    new URLSearchParams({ client_id: "bound", scope: "verify:read" }),
  );
  const polled = await server.post(
    "/oauth2/token",
    new URLSearchParams({
      grant_type: deviceGrant,
      client_id: "bound",
      device_code: String(asked.json.device_code),
    }),
  );
  assert.deepEqual([polled.status, polled.json.error], [400, "invalid_grant"], polled.text);
});

test("with a proof it gets bound tokens, which cannot be refreshed without one", async () => {
  const client = { client_id: "bound" };
  const handle = await createHandle();
  const request = await createRequest("bound");
  const code = await authorize(server, request, { clientId: "bound" });
  const response = await oauth.authorizationCodeGrantRequest(
    server.metadata,
    client,
    oauth.None(),
    code,
    redirectUri,
    request.verifier,
    { ...server.options, DPoP: handle },
  );
  const tokens = await oauth.processAuthorizationCodeResponse(server.metadata, client, response, {
    expectedNonce: request.nonce,
  });
  assert.equal(tokens.token_type, "dpop");
  assert.equal(await server.useToken(tokens.access_token), 401);
  const refresh = { grant_type: "refresh_token", client_id: "bound", refresh_token: tokens.refresh_token! };
  const unproven = await server.post("/oauth2/token", new URLSearchParams(refresh));
  assert.deepEqual([unproven.status, unproven.json.error], [400, "invalid_grant"]);
  const refreshed = await oauth.refreshTokenGrantRequest(
    server.metadata,
    client,
    oauth.None(),
    tokens.refresh_token!,
    { ...server.options, DPoP: handle },
  );
  assert.equal(
    (await oauth.processRefreshTokenResponse(server.metadata, client, refreshed)).token_type,
    "dpop",
  );
});

test("refresh tokens from before the requirement are useless without a proof", async () => {
  await server.addClient("changed", {});
  await server.publish();
  const { refreshToken } = await obtainTokens(server, "changed");
  const { database } = server.platform.testBed;
  await database.query("UPDATE clients SET dpop_bound_access_tokens = TRUE WHERE client_id = 'changed'");
  await server.publish();
  const response = await server.post(
    "/oauth2/token",
    new URLSearchParams({ grant_type: "refresh_token", client_id: "changed", refresh_token: refreshToken! }),
  );
  assert.deepEqual([response.status, response.json.error], [400, "invalid_grant"]);
});

test("a version that the previous release records without these requirements keeps them", async () => {
  const { database } = server.platform.testBed;
  const [row] = await database.query("SELECT version FROM configuration");
  const clients = ["app", "bound", "machine"].map((name) => ({
    ...{ name, description: "", public: name !== "machine", scopes: ["verify:read"] },
    grantTypes: [name === "machine" ? "client_credentials" : "authorization_code"],
    redirectUris: name === "machine" ? [] : [redirectUri],
  }));
  const document = JSON.stringify({ upstreams: [], scopes: [], routes: [], clients });
  await database.query(
    `INSERT INTO configuration_versions (version, author, created_at, summary, differences, document)
     VALUES (?, 'release before', UTC_TIMESTAMP(3), 'An edit', '[]', ?)`,
    [Number(row!.version) + 1, document],
  );
  await server.publish();
  const response = await server.post(
    "/oauth2/token",
    new URLSearchParams({ grant_type: "client_credentials", scope: "verify:read" }),
    { authorization: `Basic ${btoa(`machine:${secret}`)}` },
  );
  assert.deepEqual([response.status, response.json.error], [400, "invalid_grant"], response.text);
});
