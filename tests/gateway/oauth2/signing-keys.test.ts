import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from "jose";
import { before, t, test } from "tap";
import { lifetimes } from "../../../gateway/oauth2/lifetimes.ts";
import { createLocalCipher } from "../../../gateway/oauth2/local-cipher.ts";
import { createSigningKey, nameKey, parseSigningKeys } from "../../../gateway/oauth2/signing-key.ts";
import { rotation } from "../../../gateway/oauth2/signing-key-rotation.ts";
import { reserveNetwork } from "../../loopback.ts";
import { waitUntil } from "../../wait-until.ts";
import { describeGateway, StartedRole, startGateway } from "../started-gateway.ts";
import { createRequest, obtainTokens } from "./authorize.ts";
import { issuer, StartedServer } from "./started-server.ts";

const network = await reserveNetwork();

let server: StartedServer;

before(async () => {
  server = await StartedServer.start(network, { SIGNING_KEYS_CHECK_SECONDS: "1" });
  await server.addClient("interoperable", { idTokenSignedResponseAlg: "RS256" });
  await server.publish();
});

t.teardown(() => server?.stop());

const shared = { ISSUER: issuer, CLIENT_SECRET_KEY: "key-of-client-secrets-in-a-test" };

async function readKeys(origin = server.origin): Promise<JSONWebKeySet> {
  const response = await fetch(`${origin}/oauth2/jwks`);
  return (await response.json()) as JSONWebKeySet;
}

const listKids = async (alg: string, origin?: string) =>
  (await readKeys(origin)).keys.filter((key) => key.alg === alg).map(({ kid }) => kid);

/** The key that currently signs for a client, by a verified ID token. */
async function findSigner(alg: string): Promise<string> {
  const { response } = await obtainTokens(server, alg === "RS256" ? "interoperable" : "app");
  const { protectedHeader } = await jwtVerify(response.id_token!, createLocalJWKSet(await readKeys()), {
    issuer,
    algorithms: [alg],
  });
  return protectedHeader.kid!;
}

test("published keys are public, one per algorithm, and the same at every gateway", async (context) => {
  const { keys } = await readKeys();
  const described = keys.map(({ alg, kty, use, crv }) => [alg, kty, use, crv]);
  assert.deepEqual(described, [
    ["RS256", "RSA", "sig", undefined],
    ["ES256", "EC", "sig", "P-256"],
  ]);
  for (const key of keys)
    for (const member of ["d", "p", "q", "dp", "dq", "qi"] as const) assert.equal(key[member], undefined);
  assert.equal(Buffer.from(keys[0]!.n!, "base64url").length, 256);
  const second = await startGateway(`${network}.1.31`, server.platform.testBed, shared);
  context.teardown(() => second.process.end());
  assert.deepEqual(await readKeys(second.origin), await readKeys());
});

test("a client gets ID tokens signed as it registered, and not as another one did", async () => {
  assert.deepEqual(server.metadata.id_token_signing_alg_values_supported, ["RS256", "ES256"]);
  for (const [id, alg, other] of [
    ["interoperable", "RS256", "ES256"],
    ["app", "ES256", "RS256"],
  ] as const) {
    const { response } = await obtainTokens(server, id);
    const set = createLocalJWKSet(await readKeys());
    const { payload } = await jwtVerify(response.id_token!, set, { issuer, audience: id, algorithms: [alg] });
    assert.equal(payload.sub, "person-1");
    await assert.rejects(jwtVerify(response.id_token!, set, { algorithms: [other] }), /alg/);
  }
});

test("the database contains no usable key", async () => {
  const rows = await server.platform.testBed.database.query("SELECT * FROM signing_keys");
  assert.equal(rows.length, 2);
  for (const row of rows) {
    assert.match(String(row.sealed), /^v1\./);
    assert.doesNotMatch(JSON.stringify(row), /"d"|kty/);
    assert.equal(await createLocalCipher("another secret").decrypt(String(row.sealed)), undefined);
  }
});

for (const alg of ["ES256", "RS256"])
  test(`keys for ${alg} rotate without a restart: published ahead, then signing, the old one published on`, async () => {
    const { database } = server.platform.testBed;
    const age = (kid: string, seconds: number) =>
      database.query("UPDATE signing_keys SET created_at = created_at - INTERVAL ? SECOND WHERE kid = ?", [
        seconds,
        kid,
      ]);
    const others = await listKids(alg === "ES256" ? "RS256" : "ES256");
    const old = await findSigner(alg);
    const { response: kept } = await obtainTokens(server, alg === "RS256" ? "interoperable" : "app");
    const signOut = async () =>
      (await server.browser().open(new URL(`/oauth2/logout?id_token_hint=${kept.id_token}`, issuer))).status;
    await age(old, rotation.every + 10);
    await waitUntil("a second key is published", async () => (await listKids(alg)).length === 2);
    const next = (await listKids(alg)).find((kid) => kid !== old)!;
    assert.equal(await findSigner(alg), old);

    await age(next, rotation.publishedAhead + 10);
    await waitUntil("the new key signs", async () => (await listKids(alg))[0] === next);
    assert.equal(await findSigner(alg), next);
    assert.ok((await listKids(alg)).includes(old));

    // As long as the session of that ID token may last without a visit.
    await age(next, lifetimes.session - 60);
    await sleep(1500);
    assert.ok((await listKids(alg)).includes(old));
    assert.equal(await signOut(), 200);

    await age(next, rotation.publishedAfter - lifetimes.session + 70);
    await waitUntil("the old key is published no longer", async () => !(await listKids(alg)).includes(old));
    assert.equal(await signOut(), 400);
    assert.equal(await findSigner(alg), next);
    assert.deepEqual(await listKids(alg === "ES256" ? "RS256" : "ES256"), others);
  });

test("a platform with a key for one algorithm keeps it, and gets one for the other", async (context) => {
  const { database } = server.platform.testBed;
  const [kept] = await listKids("ES256");
  await database.query("DELETE FROM signing_keys WHERE kid <> ?", [kept]);
  const gateway = await startGateway(`${network}.1.34`, server.platform.testBed, shared);
  context.teardown(() => gateway.process.end());
  assert.deepEqual(await listKids("ES256", gateway.origin), [kept]);
  assert.equal((await listKids("RS256", gateway.origin)).length, 1);
});

test("gateways that start concurrently create one key of each algorithm", async (context) => {
  const { database } = server.platform.testBed;
  await database.query("DELETE FROM signing_keys");
  const gateways = await Promise.all(
    [41, 42, 43].map((host) => startGateway(`${network}.1.${host}`, server.platform.testBed, shared)),
  );
  context.teardown(() => Promise.all(gateways.map(({ process }) => process.end())));
  const [row] = await database.query("SELECT COUNT(*) AS count FROM signing_keys");
  assert.equal(Number(row!.count), 2);
  const sets = await Promise.all(gateways.map(({ origin }) => readKeys(origin)));
  assert.deepEqual(sets[0], sets[1]);
  assert.deepEqual(sets[0], sets[2]);
});

test("supplied keys are used in their order, and none is created", async (context) => {
  const algorithms = ["ES256", "RS256", "ES256"] as const;
  const given = await Promise.all(algorithms.map(createSigningKey));
  const gateway = await startGateway(`${network}.1.32`, server.platform.testBed, {
    ...shared,
    SIGNING_KEYS: JSON.stringify({ keys: given }),
  });
  context.teardown(() => gateway.process.end());
  assert.deepEqual(
    (await readKeys(gateway.origin)).keys.map(({ kid }) => kid),
    given.map(({ kid }) => kid),
  );
});

test("if keys of one type only are supplied, every client works, and the log reports what is missing", async (context) => {
  const gateway = await startGateway(`${network}.1.35`, server.platform.testBed, {
    ...shared,
    SIGNING_KEYS: JSON.stringify({ keys: [await createSigningKey("ES256")] }),
  });
  context.teardown(() => gateway.process.end());
  await waitUntil("the log says so", () =>
    /"alg":"RS256".*no signing key supplied/.test(gateway.process.output),
  );
  const metadata = await fetch(`${gateway.origin}/.well-known/openid-configuration`);
  const { id_token_signing_alg_values_supported: offered } = (await metadata.json()) as Record<
    string,
    unknown
  >;
  assert.deepEqual(offered, ["ES256"]);
  const request = await createRequest("interoperable");
  const page = await fetch(gateway.origin + request.url.pathname + request.url.search, {
    redirect: "manual",
  });
  assert.match(page.headers.get("location") ?? "", /\/oauth2\/interaction\//);
});

test("invalid supplied keys end the start with the reason, and are not printed", async () => {
  const role = new StartedRole("gateway", `${network}.1.33`, {
    ...describeGateway(server.platform.testBed),
    SIGNING_KEYS: '{"keys":[{"kty":"oct","k":"c2VjcmV0LXNlY3JldA"}]}',
  });
  await waitUntil("it ends", () => role.process.exited);
  assert.equal(role.process.child.exitCode, 2);
  assert.match(role.process.output, /SIGNING_KEYS has no private key at place 0/);
  assert.doesNotMatch(role.process.output, /c2VjcmV0/);
});

test("a key set is read completely or not at all", async () => {
  const { kid, alg: _alg, use: _use, ...anonymous } = await createSigningKey("ES256");
  const rsa = await createSigningKey("RS256");
  const parsed = parseSigningKeys(JSON.stringify({ keys: [anonymous, rsa] }));
  const [read, other] = await Promise.all(parsed.map(nameKey));
  assert.equal(read!.kid, kid, "as when it was created");
  assert.equal(other!.kid, rsa.kid);
  assert.match(read!.kid, /^[A-Za-z0-9_-]{43}$/);
  assert.deepEqual([read!.alg, other!.alg], ["ES256", "RS256"]);
  const { d: _d, ...publicKey } = await createSigningKey("ES256");
  const { p: _p, ...withoutPrime } = rsa;
  const short = generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey.export({ format: "jwk" });
  const curve = generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey.export({ format: "jwk" });
  for (const text of ["", "null", "[]", "{}", '{"keys":[]}', '{"keys":[null]}', '{"keys":["x"]}'])
    assert.throws(() => parseSigningKeys(text), TypeError, text);
  for (const keys of [
    [anonymous, publicKey],
    [withoutPrime],
    [short],
    [curve],
    [{ ...rsa, alg: "ES256" }],
    [{ ...rsa, alg: "PS256" }],
    [{ ...anonymous, kid: rsa.kid }, rsa],
    [anonymous, anonymous],
  ])
    assert.throws(() => parseSigningKeys(JSON.stringify({ keys })), TypeError);
});
