import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { exportJWK, type GenerateKeyPairResult, generateKeyPair, SignJWT } from "jose";
import * as oauth from "oauth4webapi";
import { before, t, test } from "tap";
import { reserveNetwork } from "../../loopback.ts";
import { authorize, createRequest } from "./authorize.ts";
import { issuer, redirectUri, StartedServer, secret } from "./started-server.ts";

const network = await reserveNetwork();

let server: StartedServer;
let keys: GenerateKeyPairResult;
let jwk: object;
let token: string;

before(async () => {
  server = await StartedServer.start(network);
  await server.addClient("machine", { public: false, grantTypes: "client_credentials", redirectUris: "" });
  await server.publish();
  keys = await generateKeyPair("ES256", { extractable: true });
  jwk = await exportJWK(keys.publicKey);
  const response = await obtain(
    await createProof({ htm: "POST", htu: `${issuer}/oauth2/token`, ath: undefined }),
  );
  assert.deepEqual([response.status, response.json.token_type], [200, "DPoP"], response.text);
  token = String(response.json.access_token);
});

t.teardown(() => server?.stop());

function obtain(proof: string) {
  return server.post(
    "/oauth2/token",
    new URLSearchParams({ grant_type: "client_credentials", scope: "verify:read verify:write" }),
    { authorization: `Basic ${btoa(`machine:${secret}`)}`, dpop: proof },
  );
}

/** A proof for `GET /verify/echo` with `token`, with claims or header changed. */
async function createProof(
  claims: Record<string, unknown> = {},
  header: Record<string, unknown> = {},
  key: CryptoKey = keys.privateKey,
): Promise<string> {
  const right = {
    jti: crypto.randomUUID(),
    iat: Math.floor(Date.now() / 1000),
    htm: "GET",
    htu: `${issuer}/verify/echo`,
    ath: token === undefined ? undefined : hash("sha256", token, "base64url"),
  };
  return new SignJWT({ ...right, ...claims } as Record<string, unknown>)
    .setProtectedHeader({ alg: "ES256", typ: "dpop+jwt", jwk, ...header } as never)
    .sign(key);
}

async function use(headers: Record<string, string>, path = "/verify/echo", method = "GET") {
  const response = await fetch(server.origin + path, { method, headers });
  await response.arrayBuffer();
  return { status: response.status, challenge: response.headers.get("www-authenticate") };
}

const bound = (proof: string) => ({ authorization: `DPoP ${token}`, dpop: proof });

test("a token that is bound to a key is accepted with the proof of that key", async () => {
  assert.equal((await use(bound(await createProof()))).status, 200);
  const query = await use(bound(await createProof()), "/verify/echo?a=b");
  assert.equal(query.status, 200);
  const written = await createProof({
    htu: `${issuer.toUpperCase().replace("HTTPS", "https")}:443/verify/%65cho?x#y`,
  });
  assert.equal((await use(bound(written))).status, 200);
});

test("it is refused as a bearer token, and the response asks for DPoP", async () => {
  const { status, challenge } = await use({ authorization: `Bearer ${token}`, dpop: await createProof() });
  assert.equal(status, 401);
  assert.match(challenge!, /^DPoP realm="api\.test", algs="ES256[^"]*", error="invalid_token"/);
});

test("a bearer token is refused with the scheme DPoP", async () => {
  const response = await server.post(
    "/oauth2/token",
    new URLSearchParams({ grant_type: "client_credentials", scope: "verify:read" }),
    { authorization: `Basic ${btoa(`machine:${secret}`)}` },
  );
  const bearer = String(response.json.access_token);
  assert.equal(await server.useToken(bearer), 200);
  const proof = await createProof({ ath: hash("sha256", bearer, "base64url") });
  assert.equal(await server.useToken(bearer, "DPoP", { dpop: proof }), 401);
});

test("a proof is accepted once, however often it is sent concurrently", async () => {
  const proof = await createProof();
  const responses = await Promise.all(Array.from({ length: 20 }, () => use(bound(proof))));
  assert.equal(responses.filter(({ status }) => status === 200).length, 1);
  for (const { status, challenge } of responses)
    if (status !== 200) assert.match(challenge!, /error="invalid_dpop_proof"/);
});

test("no proof and two proofs are refused", async () => {
  assert.equal((await use({ authorization: `DPoP ${token}` })).status, 401);
  const headers = new Headers({ authorization: `DPoP ${token}` });
  headers.append("dpop", await createProof());
  headers.append("dpop", await createProof());
  const response = await fetch(`${server.origin}/verify/echo`, { headers });
  await response.arrayBuffer();
  assert.equal(response.status, 401);
});

/** Proofs of something else. */
const wrong: Readonly<Record<string, () => Promise<string>>> = {
  "for another method": () => createProof({ htm: "POST" }),
  "for another path": () => createProof({ htu: `${issuer}/verify/slow` }),
  "for a path that only starts the same": () => createProof({ htu: `${issuer}/verify/echo/` }),
  "for another host": () => createProof({ htu: "https://evil.test/verify/echo" }),
  "for another port": () => createProof({ htu: `${issuer}:8443/verify/echo` }),
  "for a connection without TLS": () => createProof({ htu: "http://api.test/verify/echo" }),
  "for another token": () => createProof({ ath: hash("sha256", "other", "base64url") }),
  "for no token": () => createProof({ ath: undefined }),
  "with a time that is none": () => createProof({ iat: "now" }),
  "without a time": () => createProof({ iat: undefined }),
  "without an id": () => createProof({ jti: undefined }),
  "with an id that is none": () => createProof({ jti: { a: 1 } }),
  "of another type": () => createProof({}, { typ: "jwt" }),
  "without its key": () => createProof({}, { jwk: undefined }),
  "with a private key in it": async () => createProof({}, { jwk: await exportJWK(keys.privateKey) }),
  "with a critical extension": () => createProof({}, { crit: ["x"], x: 1 }).catch(() => "x.y.z"),
  "that is no token at all": async () => "proof",
  "that is unsigned": async () => {
    const [, payload] = (await createProof()).split(".");
    const head = Buffer.from(JSON.stringify({ alg: "none", typ: "dpop+jwt", jwk })).toString("base64url");
    return `${head}.${payload}.`;
  },
  "that is signed by a secret": async () => {
    const { createHmac } = await import("node:crypto");
    const [, payload] = (await createProof()).split(".");
    const key = { kty: "oct", k: "AAAA" };
    const head = Buffer.from(JSON.stringify({ alg: "HS256", typ: "dpop+jwt", jwk: key })).toString(
      "base64url",
    );
    const mac = createHmac("sha256", Buffer.from("AAAA", "base64url")).update(`${head}.${payload}`);
    return `${head}.${payload}.${mac.digest("base64url")}`;
  },
  "whose signature was changed": async () => {
    const proof = await createProof();
    return `${proof.slice(0, -10)}${proof.slice(-10, -9) === "A" ? "B" : "A"}${proof.slice(-9)}`;
  },
  "by another key": async () => {
    const other = await generateKeyPair("ES256", { extractable: true });
    return createProof({}, { jwk: await exportJWK(other.publicKey) }, other.privateKey);
  },
};

for (const [what, create] of Object.entries(wrong))
  test(`a proof ${what} is refused`, async () => {
    const { status, challenge } = await use(bound(await create()));
    assert.equal(status, 401);
    assert.match(challenge!, /^DPoP .*error="invalid_dpop_proof"/);
  });

test("a proof that was collected elsewhere is refused, even if Host names that place", async () => {
  const { sendRaw, readStatus } = await import("../raw-client.ts");
  const proof = await createProof({ htu: "https://evil.test/verify/echo" });
  const received = await sendRaw(
    server.origin,
    `GET /verify/echo HTTP/1.1\r\nHost: evil.test\r\nX-Forwarded-Proto: https\r\nAuthorization: DPoP ${token}\r\nDPoP: ${proof}\r\nConnection: close\r\n\r\n`,
  );
  assert.equal(readStatus(received), 401);
});

test("the proof does not reach the API behind the gateway", async () => {
  const response = await fetch(`${server.origin}/verify/echo`, { headers: bound(await createProof()) });
  const { headers } = (await response.json()) as { headers: Record<string, string> };
  assert.equal(headers.dpop, undefined);
  assert.equal(headers.authorization, undefined);
  assert.equal(headers["x-authenticated-client"], "machine");
});

test("a proof is accepted once at the token endpoint too, however often it is sent concurrently", async () => {
  const proof = await createProof({ htm: "POST", htu: `${issuer}/oauth2/token`, ath: undefined });
  const responses = await Promise.all(Array.from({ length: 20 }, () => obtain(proof)));
  assert.equal(responses.filter(({ status }) => status === 200).length, 1);
  for (const { status, json } of responses)
    if (status !== 200) assert.deepEqual([status, json.error], [400, "invalid_dpop_proof"]);
  const elsewhere = await createProof({ htm: "POST", htu: `${issuer}/oauth2/par`, ath: undefined });
  const { status, json } = await obtain(elsewhere);
  assert.deepEqual([status, json.error], [400, "invalid_dpop_proof"]);
});

test("a strict client binds code, access and refresh token to its key, and no other client can refresh", async () => {
  const client = { client_id: "app" };
  const handle = oauth.DPoP({}, await oauth.generateKeyPair("ES256", { extractable: true }));
  const request = await createRequest("app", { dpop_jkt: await handle.calculateThumbprint() });
  const code = await authorize(server, request);
  const options = { ...server.options, DPoP: handle };
  const response = await oauth.authorizationCodeGrantRequest(
    server.metadata,
    client,
    oauth.None(),
    code,
    redirectUri,
    request.verifier,
    options,
  );
  const tokens = await oauth.processAuthorizationCodeResponse(server.metadata, client, response, {
    expectedNonce: request.nonce,
  });
  assert.equal(tokens.token_type, "dpop");
  const resource = await oauth.protectedResourceRequest(
    tokens.access_token,
    "GET",
    new URL(`${issuer}/verify/echo`),
    undefined,
    undefined,
    options,
  );
  assert.equal(resource.status, 200);
  const stolen = { grant_type: "refresh_token", client_id: "app", refresh_token: tokens.refresh_token! };
  const bare = await server.post("/oauth2/token", new URLSearchParams(stolen));
  assert.deepEqual([bare.status, bare.json.error], [400, "invalid_grant"]);
  const other = oauth.DPoP({}, await oauth.generateKeyPair("ES256"));
  const foreign = await oauth.refreshTokenGrantRequest(
    server.metadata,
    client,
    oauth.None(),
    tokens.refresh_token!,
    { ...server.options, DPoP: other },
  );
  assert.equal(foreign.status, 400);
  const refreshed = await oauth.refreshTokenGrantRequest(
    server.metadata,
    client,
    oauth.None(),
    tokens.refresh_token!,
    options,
  );
  assert.equal(
    (await oauth.processRefreshTokenResponse(server.metadata, client, refreshed)).token_type,
    "dpop",
  );
});

test("a code that is bound to a key is redeemed with that key only", async () => {
  const client = { client_id: "app" };
  const mine = oauth.DPoP({}, await oauth.generateKeyPair("ES256"));
  const request = await createRequest("app", { dpop_jkt: await mine.calculateThumbprint() });
  const code = await authorize(server, request);
  for (const handle of [undefined, oauth.DPoP({}, await oauth.generateKeyPair("ES256"))]) {
    const response = await oauth.authorizationCodeGrantRequest(
      server.metadata,
      client,
      oauth.None(),
      code,
      redirectUri,
      request.verifier,
      { ...server.options, ...(handle === undefined ? {} : { DPoP: handle }) },
    );
    assert.equal(response.status, 400);
  }
});
