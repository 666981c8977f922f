import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from "jose";
import { createLocalSeal } from "../../../gateway/oauth2/sealing.ts";
import { createSigningKey, parseSigningKeys } from "../../../gateway/oauth2/signing-key.ts";
import { rotation } from "../../../gateway/oauth2/signing-keys.ts";
import { describeGateway, StartedRole, startGateway } from "../started-gateway.ts";
import { waitUntil } from "../started-process.ts";
import { obtainTokens } from "./authorize.ts";
import { issuer, StartedServer } from "./started-server.ts";

let server: StartedServer;

before(async () => {
  server = await StartedServer.start("127.228", { SIGNING_KEYS_CHECK_SECONDS: "1" });
});

after(() => server?.stop());

const shared = { ISSUER: issuer, CLIENT_SECRET_KEY: "key-of-client-secrets-in-a-test" };

async function readKeys(origin = server.origin): Promise<JSONWebKeySet> {
  const answer = await fetch(`${origin}/oauth2/jwks`);
  return (await answer.json()) as JSONWebKeySet;
}

const listKids = async (origin?: string) => (await readKeys(origin)).keys.map(({ kid }) => kid);

/** Which key signs now, by an ID token that everybody can verify. */
async function findSigner(): Promise<string> {
  const { answer } = await obtainTokens(server);
  const { protectedHeader } = await jwtVerify(answer.id_token!, createLocalJWKSet(await readKeys()), {
    issuer,
  });
  return protectedHeader.kid!;
}

test("published keys are public, and every gateway has the same", async (context) => {
  const { keys } = await readKeys();
  assert.equal(keys.length, 1);
  assert.deepEqual([keys[0]!.alg, keys[0]!.use, keys[0]!.crv], ["ES256", "sig", "P-256"]);
  assert.equal(keys[0]!.d, undefined);
  const second = await startGateway("127.228.1.31", server.platform.surroundings, shared);
  context.after(() => second.process.end());
  assert.deepEqual(await listKids(second.origin), await listKids());
});

test("the database holds no key that could be used", async () => {
  const [row] = await server.platform.surroundings.database.query("SELECT * FROM signing_keys");
  assert.match(String(row!.sealed), /^v1\./);
  assert.doesNotMatch(JSON.stringify(row), /"d"|crv/);
  assert.equal(await createLocalSeal("another secret").open(String(row!.sealed)), undefined);
});

test("keys rotate without a restart: published ahead, then signing, the old one published on", async () => {
  const { database } = server.platform.surroundings;
  const age = (kid: string, seconds: number) =>
    database.query("UPDATE signing_keys SET created_at = created_at - INTERVAL ? SECOND WHERE kid = ?", [
      seconds,
      kid,
    ]);
  const old = await findSigner();
  await age(old, rotation.every + 10);
  await waitUntil("a second key is published", async () => (await listKids()).length === 2);
  const next = (await listKids()).find((kid) => kid !== old)!;
  assert.equal(await findSigner(), old);

  await age(next, rotation.publishedAhead + 10);
  await waitUntil("the new key signs", async () => (await listKids())[0] === next);
  assert.equal(await findSigner(), next);
  assert.ok((await listKids()).includes(old));

  await age(next, rotation.publishedAfter + 10);
  await waitUntil("the old key is published no longer", async () => !(await listKids()).includes(old));
  assert.equal(await findSigner(), next);
});

test("gateways that start at once make one key", async (context) => {
  const { database } = server.platform.surroundings;
  await database.query("DELETE FROM signing_keys");
  const gateways = await Promise.all(
    [41, 42, 43].map((host) => startGateway(`127.228.1.${host}`, server.platform.surroundings, shared)),
  );
  context.after(() => Promise.all(gateways.map(({ process }) => process.end())));
  const [row] = await database.query("SELECT COUNT(*) AS count FROM signing_keys");
  assert.equal(Number(row!.count), 1);
  const sets = await Promise.all(gateways.map(({ origin }) => listKids(origin)));
  assert.deepEqual(sets[0], sets[1]);
  assert.deepEqual(sets[0], sets[2]);
});

test("keys that the operator gives are taken in their order, and none is made", async (context) => {
  const given = [createSigningKey(), createSigningKey()];
  const gateway = await startGateway("127.228.1.32", server.platform.surroundings, {
    ...shared,
    SIGNING_KEYS: JSON.stringify({ keys: given }),
  });
  context.after(() => gateway.process.end());
  assert.deepEqual(
    await listKids(gateway.origin),
    given.map(({ kid }) => kid),
  );
});

test("given keys that are none end the start with the reason, and are not repeated", async () => {
  const role = new StartedRole("gateway", "127.228.1.33", {
    ...describeGateway(server.platform.surroundings),
    SIGNING_KEYS: '{"keys":[{"kty":"oct","k":"c2VjcmV0LXNlY3JldA"}]}',
  });
  await waitUntil("it ends", () => role.process.exited);
  assert.equal(role.process.child.exitCode, 2);
  assert.match(role.process.output, /SIGNING_KEYS has no private EC key on P-256 at place 0/);
  assert.doesNotMatch(role.process.output, /c2VjcmV0/);
});

test("a set of keys is read whole or not at all", () => {
  const { kid: _kid, ...anonymous } = createSigningKey();
  const [read] = parseSigningKeys(JSON.stringify({ keys: [anonymous] }));
  assert.match(read!.kid, /^[A-Za-z0-9_-]{43}$/);
  const { d: _d, ...publicKey } = createSigningKey();
  for (const text of ["", "[]", "{}", '{"keys":[]}', JSON.stringify({ keys: [anonymous, publicKey] })])
    assert.throws(() => parseSigningKeys(text), TypeError, text);
});
