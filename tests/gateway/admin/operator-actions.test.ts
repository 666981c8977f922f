import assert from "node:assert/strict";
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from "jose";
import { pino } from "pino";
import { before, t, test } from "tap";
import { type Allowance, allowances, Throttle } from "../../../gateway/login/throttle.ts";
import { createSigningKey } from "../../../gateway/oauth2/signing-key.ts";
import {
  findExpired,
  requestedRotation,
  rotation,
  type StoredKey,
} from "../../../gateway/oauth2/signing-key-rotation.ts";
import { nameNetwork } from "../../../gateway/rate-limit/client-network.ts";
import { Primaries } from "../../../gateway/redis/primaries.ts";
import { reserveNetwork } from "../../loopback.ts";
import { waitUntil } from "../../wait-until.ts";
import { createRequest, obtainTokens } from "../oauth2/authorize.ts";
import { issuer, password, StartedServer } from "../oauth2/started-server.ts";
import { startGateway } from "../started-gateway.ts";
import { openForm, sendForm } from "./form-client.ts";
import { StartedAdmin } from "./started-admin.ts";

const block = await reserveNetwork();
let server: StartedServer;
let admin: StartedAdmin;
let primaries: Primaries;
let throttle: Throttle;

before(async () => {
  server = await StartedServer.start(block, { SIGNING_KEYS_CHECK_SECONDS: "1" });
  admin = await StartedAdmin.startOn(server.platform.testBed.database, block);
  const { host, port } = server.platform.testBed.redis;
  primaries = new Primaries({ host, port, tls: false, commandTimeoutMs: 1000 }, pino({ enabled: false }));
  await primaries.start();
  throttle = new Throttle(primaries);
});
t.teardown(async () => {
  primaries?.close();
  await admin?.stop();
  await server?.stop();
});

/** The login page's response to this name and password, from this address. */
async function tryLogin(name: string, typed: string, address?: string): Promise<string> {
  const browser = server.browser(address);
  const page = await browser.open((await createRequest()).url);
  return (await browser.submit(page, "/login", { name, password: typed })).text;
}

/** Uses up the allowed failures of one account or address. */
async function exhaust(allowance: Allowance, subject: string): Promise<void> {
  for (let index = 0; index < allowance.attempts; index++) {
    const attempt = await throttle.begin(allowance, subject);
    if ("settle" in attempt) await attempt.settle("wrong");
  }
}

async function act(path: string, json: unknown, as = "operator") {
  return admin.call(path, { method: "POST", json, as });
}

async function readKids(): Promise<readonly string[]> {
  const response = await fetch(`${server.origin}/oauth2/jwks`);
  const { keys } = (await response.json()) as JSONWebKeySet;
  return keys.filter(({ alg }) => alg === "ES256").map(({ kid }) => kid!);
}

async function issueIdToken(): Promise<{ readonly token: string; readonly signer: string }> {
  const token = (await obtainTokens(server)).response.id_token!;
  const { kid } = JSON.parse(Buffer.from(token.split(".")[0]!, "base64url").toString());
  return { token, signer: kid };
}

const age = (kid: string, seconds: number) =>
  server.platform.testBed.database.query(
    "UPDATE signing_keys SET created_at = created_at - INTERVAL ? SECOND WHERE kid = ?",
    [seconds, kid],
  );

test("a locked account can sign in as soon as its failed attempts are cleared", async () => {
  await exhaust(allowances.user, "ada");
  assert.match(await tryLogin("ada", password, "198.51.100.20"), /Too many attempts/);
  const response = await act("/api/wrong-attempts/clear-account", { account: "Ada" });
  assert.equal(response.status, 200, response.text);
  assert.equal(response.body.outcome, "done");
  assert.doesNotMatch(await tryLogin("ada", password, "198.51.100.20"), /Too many attempts/);
});

test("a locked address can sign in as soon as its failed attempts are cleared on the page, with its network", async () => {
  await exhaust(allowances.address, nameNetwork("2001:db8:1:2::1"));
  assert.match(await tryLogin("ada", password, "2001:db8:1:2::1"), /Too many attempts/);
  const form = await openForm(admin, "/sign-in");
  const sent = await sendForm(
    admin,
    "/sign-in/wrong-attempts",
    { token: form.token, kind: "address", subject: " 2001:db8:1:2::9 " },
    { cookie: form.cookie },
  );
  assert.match(sent.location ?? "", /^\/sign-in\?done=\d+$/, sent.text);
  const { text } = await admin.call(sent.location!);
  assert.match(text, /Done for all gateways/);
  assert.match(text, /Cleared failed sign-in attempts of the address <bdi>2001:db8:1:2::9<\/bdi>/);
  assert.doesNotMatch(await tryLogin("ada", password, "2001:db8:1:2::1"), /Too many attempts/);
});

test("rotated keys are published immediately and sign soon, and ID tokens of the old one stay valid until they expire", async () => {
  const old = await issueIdToken();
  await age(old.signer, rotation.every / 2);
  const response = await act("/api/signing-keys/rotate", {});
  assert.equal(response.body.outcome, "done", response.text);
  await waitUntil("the new key is published", async () => (await readKids()).length === 2);
  const next = (await readKids()).find((kid) => kid !== old.signer)!;
  assert.equal((await issueIdToken()).signer, old.signer, "clients may not have the new key yet");

  const again = await act("/api/signing-keys/rotate", {});
  assert.equal(again.body.outcome, "rotating-already", again.text);
  assert.equal((await readKids()).length, 2);

  await age(next, requestedRotation.publishedAhead + 10);
  await waitUntil("the new key signs", async () => (await readKids())[0] === next);
  assert.equal((await issueIdToken()).signer, next);
  const set = createLocalJWKSet(
    (await (await fetch(`${server.origin}/oauth2/jwks`)).json()) as JSONWebKeySet,
  );
  await jwtVerify(old.token, set, { issuer, algorithms: ["ES256"] });

  await age(next, requestedRotation.publishedAfter);
  await waitUntil("the old key is published no longer", async () => !(await readKids()).includes(old.signer));
});

test("a requested key overtakes one that would have signed later", async () => {
  const key = await createSigningKey("ES256");
  const store = (kid: string, ageSeconds: number, isRequested: boolean): StoredKey => ({
    kid,
    ageSeconds,
    isRequested,
    key: { ...key, kid },
  });
  const { publishedAhead, publishedAfter } = requestedRotation;
  const stored = [
    store("requested", publishedAhead + publishedAfter, true),
    store("pending", rotation.publishedAhead / 2, false),
    store("old", rotation.every, false),
  ];
  assert.deepEqual(
    findExpired(stored).map(({ kid }) => kid),
    ["pending", "old"],
  );
});

test("each action is in the history with its author, and viewers cannot act", async () => {
  const refused = await act("/api/wrong-attempts/clear-account", { account: "ada" }, "somebody");
  assert.equal(refused.status, 403);
  const { actions } = (await admin.call("/api/operator-actions")).body as unknown as {
    actions: readonly Record<string, unknown>[];
  };
  assert.deepEqual(
    actions.map(({ action, subject, author, certificate, outcome }) => [
      action,
      subject,
      author,
      certificate,
      outcome,
    ]),
    [
      ["rotate-signing-keys", "", "operator", "6A86CE563A2D3E60D70BE3A41A5ED94E", "rotating-already"],
      ["rotate-signing-keys", "", "operator", "6A86CE563A2D3E60D70BE3A41A5ED94E", "done"],
      ["clear-address", "2001:db8:1:2::9", "operator", "6A86CE563A2D3E60D70BE3A41A5ED94E", "done"],
      ["clear-account", "Ada", "operator", "6A86CE563A2D3E60D70BE3A41A5ED94E", "done"],
    ],
  );
});

test("an invalid account or address is refused, and not recorded", async () => {
  for (const [path, json] of [
    ["/api/wrong-attempts/clear-address", { address: "example.test" }],
    ["/api/wrong-attempts/clear-address", {}],
    ["/api/wrong-attempts/clear-account", { account: "" }],
    ["/api/wrong-attempts/clear-account", { account: "a".repeat(101) }],
    ["/api/signing-keys/rotate", { algorithm: "ES256" }],
  ] as const)
    assert.equal((await act(path, json)).status, 400, `${path} ${JSON.stringify(json)}`);
  const response = await admin.call("/api/operator-actions");
  assert.equal((response.body.actions as readonly unknown[]).length, 4);
});

test("supplied keys are not rotated, and a pending action is carried out by the next gateway", async (context) => {
  await server.platform.gateway.process.end();
  const waiting = await act("/api/signing-keys/rotate", {});
  assert.equal(waiting.status, 200, waiting.text);
  assert.equal(waiting.body.outcome, null);
  const gateway = await startGateway(`${block}.1.31`, server.platform.testBed, {
    ISSUER: issuer,
    SIGNING_KEYS: JSON.stringify({ keys: [await createSigningKey("ES256")] }),
  });
  context.teardown(() => gateway.process.end());
  await waitUntil("the gateway carries it out", async () => {
    const { body } = await admin.call("/api/operator-actions?limit=1");
    return (body.actions as readonly { outcome: unknown }[])[0]?.outcome === "keys-supplied";
  });
});
