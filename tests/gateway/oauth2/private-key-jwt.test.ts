import assert from "node:assert/strict";
import { createHmac, KeyObject, sign } from "node:crypto";
import { exportJWK, type GenerateKeyPairResult, generateKeyPair, SignJWT } from "jose";
import * as oauth from "oauth4webapi";
import * as openid from "openid-client";
import { before, t, test } from "tap";
import { reserveNetwork } from "../../loopback.ts";
import { authorize, createRequest } from "./authorize.ts";
import { issuer, redirectUri, StartedServer, secret } from "./started-server.ts";

const network = await reserveNetwork();

const algorithms = ["ES256", "Ed25519", "PS256", "RS256"] as const;
const tokenEndpoint = `${issuer}/oauth2/token`;
const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

let server: StartedServer;
const pairs: Record<string, GenerateKeyPairResult> = {};

before(async () => {
  server = await StartedServer.start(network);
  for (const algorithm of algorithms)
    pairs[algorithm] = await generateKeyPair(algorithm, { extractable: true });
  const keys = await Promise.all(
    algorithms.map(async (algorithm) => ({ ...(await publish(algorithm)), kid: algorithm })),
  );
  const machine = { public: false, grantTypes: "client_credentials", redirectUris: "" };
  await server.addClient("machine", { ...machine, keys });
  await server.addClient("neighbour", { ...machine, keys: [await publish("ES256")] });
  await server.addClient("secretive", machine);
  await server.addClient("shop", { public: false, keys });
  await server.publish();
});

t.teardown(() => server?.stop());

const publish = (algorithm: string) => exportJWK(pairs[algorithm]!.publicKey);

/** A valid assertion of `machine`, with claims or header changed. */
function createAssertion(
  claims: Record<string, unknown> = {},
  header: Record<string, unknown> = {},
  key: CryptoKey | Uint8Array = pairs.ES256!.privateKey,
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const right = {
    iss: "machine",
    sub: "machine",
    aud: issuer,
    jti: crypto.randomUUID(),
    iat: now,
    exp: now + 60,
  };
  return new SignJWT({ ...right, ...claims } as Record<string, unknown>)
    .setProtectedHeader({ alg: "ES256", kid: "ES256", ...header } as never)
    .sign(key);
}

function obtain(
  assertion: string,
  fields: Record<string, string> = {},
  headers: Record<string, string> = {},
) {
  const body = {
    grant_type: "client_credentials",
    scope: "verify:read",
    client_assertion_type: assertionType,
    client_assertion: assertion,
    ...fields,
  };
  return server.post("/oauth2/token", new URLSearchParams(body), headers);
}

for (const algorithm of algorithms)
  test(`a strict client gets a token by its own key with ${algorithm}`, async () => {
    const client = { client_id: "machine" };
    const response = await oauth.clientCredentialsGrantRequest(
      server.metadata,
      client,
      oauth.PrivateKeyJwt({ key: pairs[algorithm]!.privateKey, kid: algorithm }),
      new URLSearchParams({ scope: "verify:read" }),
      server.options,
    );
    const tokens = await oauth.processClientCredentialsResponse(server.metadata, client, response);
    assert.equal(await server.useToken(tokens.access_token), 200);
  });

test("openid-client discovers private_key_jwt, and introspects and revokes with its key", async () => {
  assert.ok(server.metadata.token_endpoint_auth_methods_supported!.includes("private_key_jwt"));
  assert.deepEqual(server.metadata.token_endpoint_auth_signing_alg_values_supported, [
    "ES256",
    "EdDSA",
    "Ed25519",
    "PS256",
    "RS256",
  ]);
  const configuration = await openid.discovery(
    new URL(issuer),
    "machine",
    undefined,
    openid.PrivateKeyJwt({ key: pairs.ES256!.privateKey, kid: "ES256" }),
    { [openid.customFetch]: server.fetch as openid.CustomFetch },
  );
  const tokens = await openid.clientCredentialsGrant(configuration, { scope: "verify:read" });
  assert.equal((await openid.tokenIntrospection(configuration, tokens.access_token)).active, true);
  await openid.tokenRevocation(configuration, tokens.access_token);
  assert.equal(await server.useToken(tokens.access_token), 401);
});

test("the code flow, pushed first, completes without any secret", async () => {
  const client = { client_id: "shop" };
  const authentication = oauth.PrivateKeyJwt({ key: pairs.PS256!.privateKey, kid: "PS256" });
  const request = await createRequest("shop");
  const response = await oauth.pushedAuthorizationRequest(
    server.metadata,
    client,
    authentication,
    request.url.searchParams,
    server.options,
  );
  const pushed = await oauth.processPushedAuthorizationResponse(server.metadata, client, response);
  const url = new URL("/oauth2/authorize", issuer);
  url.search = new URLSearchParams({ client_id: "shop", request_uri: pushed.request_uri }).toString();
  const code = await authorize(server, { ...request, url }, { clientId: "shop" });
  const redeemed = await oauth.authorizationCodeGrantRequest(
    server.metadata,
    client,
    authentication,
    code,
    redirectUri,
    request.verifier,
    server.options,
  );
  const tokens = await oauth.processAuthorizationCodeResponse(server.metadata, client, redeemed, {
    expectedNonce: request.nonce,
  });
  const refreshed = await oauth.refreshTokenGrantRequest(
    server.metadata,
    client,
    authentication,
    tokens.refresh_token!,
    server.options,
  );
  await oauth.processRefreshTokenResponse(server.metadata, client, refreshed);
});

test("an assertion may name the token endpoint as its audience, or a list with this server alone", async () => {
  for (const aud of [tokenEndpoint, [issuer], [issuer, tokenEndpoint]])
    assert.equal((await obtain(await createAssertion({ aud }))).status, 200, JSON.stringify(aud));
});

test("an assertion is accepted once, however often it is sent concurrently", async () => {
  const assertion = await createAssertion();
  const responses = await Promise.all(Array.from({ length: 20 }, () => obtain(assertion)));
  assert.equal(responses.filter(({ status }) => status === 200).length, 1);
  for (const { status, json } of responses)
    if (status !== 200) assert.deepEqual([status, json.error], [401, "invalid_client"]);
  assert.equal((await obtain(assertion)).status, 401);
});

test("an assertion that was used at one endpoint counts as used at every other", async () => {
  const assertion = await createAssertion();
  const fields = { client_assertion_type: assertionType, client_assertion: assertion, token: "x" };
  const first = await server.post("/oauth2/revoke", new URLSearchParams(fields));
  assert.equal(first.status, 200, first.text);
  assert.equal((await obtain(assertion)).status, 401);
});

const now = () => Math.floor(Date.now() / 1000);
const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Invalid assertions. */
const refused: Readonly<Record<string, () => Promise<string>>> = {
  "for another server": () => createAssertion({ aud: "https://other.test" }),
  "for another server as well": () => createAssertion({ aud: [issuer, "https://other.test"] }),
  "for a server with the same prefix": () => createAssertion({ aud: `${issuer}.evil.test` }),
  "without an audience": () => createAssertion({ aud: undefined }),
  "that has expired": () => createAssertion({ exp: now() - 30 }),
  "without an end": () => createAssertion({ exp: undefined }),
  "with an end that is not a time": () => createAssertion({ exp: "tomorrow" }),
  "that is valid for too long": () => createAssertion({ exp: now() + 86_400 }),
  "from the future": () => createAssertion({ nbf: now() + 600 }),
  "without an id": () => createAssertion({ jti: undefined }),
  "with an id that is not text": () => createAssertion({ jti: { a: 1 } }),
  "of another issuer": () => createAssertion({ iss: "neighbour" }),
  "without an issuer": () => createAssertion({ iss: undefined }),
  "about another client, by its own key": () => createAssertion({ sub: "shop" }),
  "about a client that authenticates by a secret": () =>
    createAssertion({ iss: "secretive", sub: "secretive" }),
  "about a public client": () => createAssertion({ iss: "app", sub: "app" }),
  "about an unknown client": () => createAssertion({ iss: "nobody", sub: "nobody" }),
  "without a subject": () => createAssertion({ sub: undefined }),
  "with a subject that is not text": () => createAssertion({ sub: { a: 1 } }),
  "by an unknown key": async () =>
    createAssertion({}, {}, (await generateKeyPair("ES256", { extractable: true })).privateKey),
  "by a key with another id": () => createAssertion({}, { kid: "PS256" }),
  "by a key of another type": () =>
    createAssertion({}, { alg: "RS256", kid: "ES256" }, pairs.RS256!.privateKey),
  "with an algorithm that is not offered": () =>
    createAssertion({}, { alg: "PS384", kid: "PS256" }, pairs.PS256!.privateKey).catch(() => "x.y.z"),
  "with a critical extension": () => createAssertion({}, { crit: ["x"], x: 1 }).catch(() => "x.y.z"),
  "whose header says that its payload is not encoded": async () => {
    const [head, payload] = (await createAssertion()).split(".");
    const described = JSON.parse(Buffer.from(head!, "base64url").toString()) as object;
    const signed = `${encode({ ...described, crit: ["b64"], b64: false })}.${payload}`;
    const key = { key: KeyObject.from(pairs.ES256!.privateKey), dsaEncoding: "ieee-p1363" } as const;
    return `${signed}.${sign("sha256", Buffer.from(signed), key).toString("base64url")}`;
  },
  "that is unsigned": async () => {
    const [, payload] = (await createAssertion()).split(".");
    return `${encode({ alg: "none", kid: "ES256" })}.${payload}.`;
  },
  "that is signed by its public key as if that were a secret": async () => {
    const [, payload] = (await createAssertion()).split(".");
    const head = encode({ alg: "HS256", kid: "RS256" });
    const mac = createHmac("sha256", JSON.stringify(await publish("RS256"))).update(`${head}.${payload}`);
    return `${head}.${payload}.${mac.digest("base64url")}`;
  },
  "that brings its own key": async () => {
    const foreign = await generateKeyPair("ES256", { extractable: true });
    return createAssertion({}, { kid: "own", jwk: await exportJWK(foreign.publicKey) }, foreign.privateKey);
  },
  "whose signature was changed": async () => {
    const assertion = await createAssertion();
    return `${assertion.slice(0, -10)}${assertion.slice(-10, -9) === "A" ? "B" : "A"}${assertion.slice(-9)}`;
  },
  "that is no token at all": async () => "assertion",
  "that is huge": async () => `${await createAssertion()}${"x".repeat(60_000)}`,
};

for (const [what, create] of Object.entries(refused))
  test(`an assertion ${what} is refused`, async () => {
    const { status, json, headers } = await obtain(await create());
    assert.ok(
      (status === 401 && json.error === "invalid_client") ||
        (status === 400 && json.error === "invalid_request"),
      `${status} ${JSON.stringify(json)}`,
    );
    assert.equal(json.access_token, undefined);
    assert.equal(headers.get("cache-control"), "no-store");
  });

test("a client with a key cannot authenticate otherwise", async () => {
  const fields = { grant_type: "client_credentials", scope: "verify:read" };
  const none = new URLSearchParams({ ...fields, client_id: "machine" });
  assert.equal((await server.post("/oauth2/token", none)).json.error, "invalid_client");
  const basic = { authorization: `Basic ${btoa(`machine:${secret}`)}` };
  assert.equal(
    (await server.post("/oauth2/token", new URLSearchParams(fields), basic)).json.error,
    "invalid_client",
  );
  // Two methods at once are ambiguous.
  const both = await obtain(await createAssertion(), {}, basic);
  assert.deepEqual([both.status, both.json.error], [400, "invalid_request"]);
  const other = await obtain(await createAssertion(), { client_id: "neighbour" });
  assert.deepEqual([other.status, other.json.error], [400, "invalid_request"]);
  const type = await obtain(await createAssertion(), { client_assertion_type: "urn:x" });
  assert.deepEqual([type.status, type.json.error], [400, "invalid_request"]);
  const twice = new URLSearchParams({ ...fields, client_assertion_type: assertionType });
  for (let count = 0; count < 2; count++) twice.append("client_assertion", await createAssertion());
  assert.equal((await server.post("/oauth2/token", twice)).json.error, "invalid_request");
});

test("a replaced key is refused without a restart", async () => {
  const { database } = server.platform.testBed;
  const old = () => createAssertion({ iss: "neighbour", sub: "neighbour" }, { kid: undefined });
  assert.equal((await obtain(await old())).status, 200);
  const next = await generateKeyPair("ES256", { extractable: true });
  const jwks = JSON.stringify({ keys: [await exportJWK(next.publicKey)] });
  await database.query("UPDATE clients SET jwks = ? WHERE client_id = 'neighbour'", [jwks]);
  await server.publish();
  assert.equal((await obtain(await old())).status, 401);
  const claims = { iss: "neighbour", sub: "neighbour" };
  assert.equal(
    (await obtain(await createAssertion(claims, { kid: undefined }, next.privateKey))).status,
    200,
  );
});
