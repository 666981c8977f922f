import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { exportJWK, type GenerateKeyPairResult, generateKeyPair, SignJWT } from "jose";
import * as oauth from "oauth4webapi";
import * as openid from "openid-client";
import { before, t, test } from "tap";
import { ProofNonces } from "../../../gateway/tokens/nonces.ts";
import { reserveNetwork } from "../../loopback.ts";
import { startGateway } from "../started-gateway.ts";
import { issuer, StartedServer, secret } from "./started-server.ts";

const network = await reserveNetwork();

let server: StartedServer;
let pair: GenerateKeyPairResult;
const secretKey = "key-of-client-secrets-in-a-test";
const basic = { authorization: `Basic ${btoa(`machine:${secret}`)}` };

before(async () => {
  server = await StartedServer.start(network, { DPOP_NONCES: "on" });
  await server.addClient("machine", { public: false, grantTypes: "client_credentials", redirectUris: "" });
  await server.publish();
  pair = await generateKeyPair("ES256", { extractable: true });
});

t.teardown(() => server?.stop());

async function createProof(claims: Record<string, unknown>): Promise<string> {
  const right = { jti: crypto.randomUUID(), iat: Math.floor(Date.now() / 1000) };
  return new SignJWT({ ...right, ...claims } as Record<string, unknown>)
    .setProtectedHeader({ alg: "ES256", typ: "dpop+jwt", jwk: await exportJWK(pair.publicKey) })
    .sign(pair.privateKey);
}

async function obtain(claims: Record<string, unknown>, origin = server.origin) {
  const response = await fetch(`${origin}/oauth2/token`, {
    method: "POST",
    headers: { ...basic, dpop: await createProof({ htm: "POST", htu: `${issuer}/oauth2/token`, ...claims }) },
    body: new URLSearchParams({ grant_type: "client_credentials", scope: "verify:read" }),
  });
  const json = (await response.json()) as Record<string, unknown>;
  return { status: response.status, json, nonce: response.headers.get("dpop-nonce") };
}

async function use(
  token: string,
  claims: Record<string, unknown>,
  path = "/verify/echo",
  origin = server.origin,
) {
  const ath = hash("sha256", token, "base64url");
  const proof = await createProof({ htm: "GET", htu: issuer + path, ath, ...claims });
  const response = await fetch(origin + path, { headers: { authorization: `DPoP ${token}`, dpop: proof } });
  await response.arrayBuffer();
  return {
    status: response.status,
    challenge: response.headers.get("www-authenticate") ?? "",
    nonce: response.headers.get("dpop-nonce"),
  };
}

test("a strict client receives the nonce, retries, and gets and uses its token", async () => {
  const client = { client_id: "machine" };
  const DPoP = oauth.DPoP({}, await oauth.generateKeyPair("ES256"));
  const ask = async () =>
    oauth.processClientCredentialsResponse(
      server.metadata,
      client,
      await oauth.clientCredentialsGrantRequest(
        server.metadata,
        client,
        oauth.ClientSecretBasic(secret),
        new URLSearchParams({ scope: "verify:read" }),
        { ...server.options, DPoP },
      ),
    );
  await assert.rejects(ask(), (error: Error) => oauth.isDPoPNonceError(error));
  const tokens = await ask();
  // The nonce is valid for the whole origin, so the API's first request carries it.
  const response = await oauth.protectedResourceRequest(
    tokens.access_token,
    "GET",
    new URL("/verify/echo", issuer),
    undefined,
    undefined,
    { ...server.options, DPoP },
  );
  assert.equal(response.status, 200);
});

test("openid-client retries automatically", async () => {
  const configuration = await openid.discovery(new URL(issuer), "machine", secret, undefined, {
    [openid.customFetch]: server.fetch as openid.CustomFetch,
  });
  const DPoP = openid.getDPoPHandle(configuration, await openid.randomDPoPKeyPair("ES256"));
  const tokens = await openid.clientCredentialsGrant(configuration, { scope: "verify:read" }, { DPoP });
  assert.equal(tokens.token_type, "dpop");
});

test("at the API", async (t) => {
  let token: string;
  let nonce: string;
  t.before(async () => {
    nonce = (await obtain({})).nonce!;
    token = String((await obtain({ nonce })).json.access_token);
  });

  t.test("a proof needs a nonce, which comes with the refusal and with every response", async () => {
    const refused = await use(token, {});
    assert.equal(refused.status, 401);
    assert.match(refused.challenge, /^DPoP realm="api\.test", algs="[^"]+", error="use_dpop_nonce"/);
    assert.ok(refused.nonce);
    const passed = await use(token, { nonce: refused.nonce });
    assert.equal(passed.status, 200);
    assert.ok(passed.nonce);
    const profile = await use(token, {}, "/oauth2/userinfo");
    assert.match(profile.challenge, /error="use_dpop_nonce"/);
    assert.ok(profile.nonce);
    // A token without a user, but with a valid proof.
    assert.equal((await use(token, { nonce }, "/oauth2/userinfo")).status, 403);
  });

  t.test("an invented nonce, or one of another kind or server, is refused", async () => {
    const foreign = await new ProofNonces("another key", true).next();
    for (const wrong of ["", "x", foreign, { a: 1 }, [nonce], null])
      assert.match((await use(token, { nonce: wrong })).challenge, /error="use_dpop_nonce"/, String(wrong));
  });

  t.test(
    "with a nonce the client's clock does not matter, and the proof still passes only once",
    async () => {
      const jti = crypto.randomUUID();
      const claims = { nonce, iat: Math.floor(Date.now() / 1000) - 86_400, jti };
      const responses = await Promise.all(Array.from({ length: 20 }, () => use(token, claims)));
      assert.equal(responses.filter(({ status }) => status === 200).length, 1);
    },
  );

  t.test("a request without a bound token gets no nonce", async () => {
    const response = await fetch(`${server.origin}/verify/echo`);
    await response.arrayBuffer();
    assert.equal(response.headers.get("dpop-nonce"), null);
  });

  t.test(
    "another gateway accepts the nonce; one that requires none accepts it and sends none",
    async (context) => {
      const other = await startGateway(`${network}.1.31`, server.platform.testBed, {
        ISSUER: issuer,
        CLIENT_SECRET_KEY: secretKey,
      });
      context.teardown(() => other.process.end());
      for (const claims of [{ nonce }, {}]) {
        const obtained = await obtain(claims, other.origin);
        assert.deepEqual([obtained.status, obtained.nonce], [200, null]);
        const used = await use(token, claims, "/verify/echo", other.origin);
        assert.deepEqual([used.status, used.nonce], [200, null]);
      }
      for (const iat of [-400, 400].map((seconds) => Math.floor(Date.now() / 1000) + seconds)) {
        // A client with a wrong clock gets a nonce.
        const refused = await use(token, { iat }, "/verify/echo", other.origin);
        assert.match(refused.challenge, /error="use_dpop_nonce"/);
        assert.equal(
          (await use(token, { iat, nonce: refused.nonce }, "/verify/echo", other.origin)).status,
          200,
        );
        const asked = await obtain({ iat }, other.origin);
        assert.deepEqual([asked.status, asked.json.error], [400, "use_dpop_nonce"]);
        assert.equal((await obtain({ iat, nonce: asked.nonce }, other.origin)).status, 200);
      }
    },
  );
});

test("a nonce is valid for some minutes, at every gateway, and no longer", async (context) => {
  let now = Date.now();
  context.intercept(Date, "now", { value: () => now });
  const [one, other] = [new ProofNonces("key", true), new ProofNonces("key", true)];
  const nonce = await one.next();
  assert.equal(await other.isGood(nonce), true);
  now += 170_000;
  assert.equal(await other.isGood(nonce), true);
  now += 80_000;
  assert.equal(await other.isGood(nonce), false);
});
