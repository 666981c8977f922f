import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { before, t, test } from "tap";
import { reserveNetwork } from "../../loopback.ts";
import { type ReceivedResponse, StartedAdmin } from "./started-admin.ts";
import { findChromium, StartedBrowser } from "./started-browser.ts";

const network = await reserveNetwork();

const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
const publicKey = { ...pair.publicKey.export({ format: "jwk" }), kid: "of-2027" };
const privateKey = pair.privateKey.export({ format: "jwk" });
const other = generateKeyPairSync("ed25519").publicKey.export({ format: "jwk" });

let admin: StartedAdmin;
let browser: StartedBrowser | undefined;
const executable = findChromium();

before(async () => {
  admin = await StartedAdmin.start(network);
  if (executable !== undefined) browser = await StartedBrowser.start(executable);
});
t.teardown(async () => {
  await browser?.stop();
  await admin?.stop();
});

async function put(name: string, json: object): Promise<ReceivedResponse> {
  const path = `/api/clients/${name}?basedOn=${await admin.readVersion()}`;
  return admin.call(path, { method: "PUT", json });
}

const read = async (name: string) => (await admin.call(`/api/clients/${name}`)).body.entry;

test("a client with keys gets no secret, and its keys are stored unchanged", async () => {
  const added = await put("robot", { jwks: { keys: [{ ...publicKey, x5c: ["MII"], ext: true }] } });
  assert.deepEqual([added.status, added.body.secret], [201, undefined], added.text);
  const { jwks, tokenEndpointAuthMethod, idTokenSignedResponseAlg } = await read("robot");
  assert.equal(tokenEndpointAuthMethod, "private_key_jwt");
  assert.equal(idTokenSignedResponseAlg, "RS256");
  assert.deepEqual(jwks, { keys: [publicKey] });
  const secret = await admin.call(`/api/clients/robot/secret?basedOn=${added.body.version}`, {
    method: "POST",
    json: {},
  });
  assert.equal(secret.status, 422);
  assert.match(secret.body.problems[0]!.message, /by its keys, not by a secret/);
});

test("a client's unambiguous fields are sufficient, and are returned unchanged", async () => {
  assert.equal((await put("spoken", { public: true, grantTypes: ["refresh_token"] })).status, 201);
  assert.equal((await read("spoken")).tokenEndpointAuthMethod, "none");
  const demands = { requirePushedAuthorizationRequests: true, dpopBoundAccessTokens: true };
  const full = {
    ...{ ...demands, description: "", scopes: [], idTokenSignedResponseAlg: "ES256" },
    public: false,
    grantTypes: ["authorization_code"],
    redirectUris: ["https://spoken.test/"],
    tokenEndpointAuthMethod: "private_key_jwt",
    jwks: { keys: [publicKey, other] },
  };
  assert.equal((await put("spoken", full)).status, 200);
  const { entry, version } = (await admin.call("/api/clients/spoken")).body;
  const again = await put("spoken", full);
  assert.deepEqual([again.body.version, again.body.differences], [version, []]);
  const { name: _name, ...body } = entry;
  assert.deepEqual((await put("spoken", body)).body.differences, []);
});

test("a client that gets a key loses its secret, and has none when the key is removed", async () => {
  const added = await put("turning", {});
  assert.match(added.body.secret, /^[\w-]{43}$/);
  await put("turning", { tokenEndpointAuthMethod: "private_key_jwt", jwks: { keys: [publicKey] } });
  const [row] = await admin.database.query("SELECT * FROM clients WHERE client_id = 'turning'");
  assert.deepEqual([row!.secret_hash, row!.secret_set_at], [null, null]);
  await put("turning", {});
  assert.match((await admin.call("/clients/turning")).text, /This client has no secret/);
});

const refused: Readonly<Record<string, readonly [json: object, status: number, field?: string]>> = {
  "a private key": [{ jwks: { keys: [privateKey] } }, 422, "jwks"],
  "a shared secret as a key": [{ jwks: { keys: [{ kty: "oct", k: "c2VjcmV0" }] } }, 400],
  "keys that are no set": [{ jwks: [publicKey] }, 400],
  "a set without keys": [{ jwks: { keys: [] } }, 400],
  "too many keys": [{ jwks: { keys: Array.from({ length: 9 }, () => publicKey) } }, 400],
  "a key that is none": [{ jwks: { keys: ["x"] } }, 400],
  "the address of a key set": [{ jwks_uri: "http://169.254.169.254/" }, 400],
  "an unknown method": [{ tokenEndpointAuthMethod: "client_secret_jwt" }, 400],
  "a method without its key": [{ tokenEndpointAuthMethod: "private_key_jwt" }, 422, "jwks"],
  "a key beside a secret": [
    { tokenEndpointAuthMethod: "client_secret_basic", jwks: { keys: [publicKey] } },
    422,
    "jwks",
  ],
  "a public client with a key": [
    {
      public: true,
      grantTypes: ["refresh_token"],
      tokenEndpointAuthMethod: "none",
      jwks: { keys: [publicKey] },
    },
    422,
    "jwks",
  ],
  "no method for a client that is not public": [
    { tokenEndpointAuthMethod: "none" },
    422,
    "tokenEndpointAuthMethod",
  ],
  "a demand that is no truth value": [{ dpopBoundAccessTokens: "yes" }, 400],
  "a signature with a shared secret": [{ idTokenSignedResponseAlg: "HS256" }, 400],
};

for (const [what, [json, status, field]] of Object.entries(refused))
  test(`${what} is refused, and nothing is stored or repeated`, async () => {
    const before = await admin.readVersion();
    const response = await put("refused", json);
    assert.equal(response.status, status, response.text);
    if (field !== undefined)
      assert.deepEqual([...new Set(response.body.problems.map((one) => one.field))], [field]);
    assert.ok(!response.text.includes(String(privateKey.d)));
    assert.equal(await admin.readVersion(), before);
  });

test("history shows which key was added and removed, with its properties", async () => {
  await put("shown", { jwks: { keys: [publicKey] } });
  const { version } = (await put("shown", { jwks: { keys: [{ ...other, kid: "of-2027" }] } })).body;
  const { text } = await admin.call(`/history/${version}`);
  assert.match(text, /<dt>keys<\/dt>/);
  const [before, after] = [/<del>([^<]*)/.exec(text)?.[1], /<ins>([^<]*)/.exec(text)?.[1]];
  assert.match(before ?? "", /^EC P-256 &quot;of-2027&quot; \(thumbprint [\w-]{16}…\)$/);
  assert.match(after ?? "", /^OKP Ed25519 &quot;of-2027&quot; \(thumbprint [\w-]{16}…\)$/);
});

test("a version from before authentication methods is restored with its former meaning", async () => {
  const { version } = (await put("early", { public: true, grantTypes: ["refresh_token"] })).body;
  const [row] = await admin.database.query("SELECT document FROM configuration_versions WHERE version = ?", [
    version,
  ]);
  const document = JSON.parse(String(row!.document));
  for (const client of document.clients)
    for (const field of Object.keys(client))
      if (/^(tokenEndpoint|jwks|require|dpop|idToken)/.test(field)) delete client[field];
  await admin.database.query("UPDATE configuration_versions SET document = ? WHERE version = ?", [
    JSON.stringify(document),
    version,
  ]);
  await put("early", { jwks: { keys: [publicKey] } });
  const path = `/api/versions/${version}/restore?basedOn=${version + 1}`;
  const restored = await admin.call(path, { method: "POST", json: {} });
  assert.equal(restored.status, 200, restored.text);
  const { tokenEndpointAuthMethod, jwks, idTokenSignedResponseAlg } = await read("early");
  assert.deepEqual([tokenEndpointAuthMethod, jwks, idTokenSignedResponseAlg], ["none", null, "ES256"]);
});

test("the API's description has every field of a client", async () => {
  const { text } = await admin.call("/openapi.json");
  const { paths } = JSON.parse(text);
  const { properties } = paths["/api/clients/{name}"].put.requestBody.content["application/json"].schema;
  assert.deepEqual(properties.tokenEndpointAuthMethod.enum, [
    "client_secret_basic",
    "private_key_jwt",
    "none",
  ]);
  for (const field of [
    "jwks",
    "postLogoutRedirectUris",
    "requirePushedAuthorizationRequests",
    "dpopBoundAccessTokens",
    "idTokenSignedResponseAlg",
  ])
    assert.ok(field in properties, field);
});

const skip = executable === undefined ? "Chromium is not on PATH, so no page was tested." : false;
test("in Chromium", { skip }, async (t) => {
  const phone = { width: 360, height: 740 };

  t.test("a client with a key is added by keyboard alone at phone width", async () => {
    const page = await browser!.open("operator", { viewport: phone });
    await page.goto(`${admin.origin}/new/clients`);
    for (let presses = 0; presses < 60; presses++) {
      const focused = String(await page.evaluate("document.activeElement.id"));
      if (focused === "field-name") await page.keyboard.type("typed");
      if (focused === "field-tokenEndpointAuthMethod") await page.keyboard.type("private");
      if (focused === "field-jwks") await page.keyboard.type(JSON.stringify({ keys: [publicKey] }));
      if (focused === "field-dpopBoundAccessTokens") await page.keyboard.press("Space");
      if (focused === "summary") {
        await page.keyboard.press("Enter");
        break;
      }
      await page.keyboard.press("Tab");
    }
    await page.waitForURL("**/clients?stored=*");
    const { tokenEndpointAuthMethod, jwks, dpopBoundAccessTokens } = await read("typed");
    assert.deepEqual(
      [tokenEndpointAuthMethod, jwks, dpopBoundAccessTokens],
      ["private_key_jwt", { keys: [publicKey] }, true],
    );
    await page.goto(`${admin.origin}/clients/typed`);
    assert.equal(await page.locator("text=Replace secret").count(), 0);
    const widths = await page.evaluate("[document.documentElement.scrollWidth, innerWidth]");
    assert.deepEqual(widths, [phone.width, phone.width]);
    const folder = process.env.SCREENSHOTS;
    if (folder !== undefined) await page.screenshot({ path: `${folder}/client-phone.png`, fullPage: true });
    await page.context().close();
  });

  t.test("invalid keys are reported at their field, and no input is lost", async () => {
    const page = await browser!.open("operator");
    await page.goto(`${admin.origin}/new/clients`);
    await page.fill("#field-name", "mistyped");
    await page.selectOption("#field-tokenEndpointAuthMethod", "private_key_jwt");
    for (const [text, message] of [
      ["{", /not a JWK set/],
      ['{"keys":"x"}', /not a JWK set/],
      [JSON.stringify({ keys: [privateKey] }), /Key 1 is private or symmetric/],
      ["", /requires a public key/],
    ] as const) {
      await page.fill("#field-jwks", text);
      await page.click("form.editor button[type=submit]");
      assert.match((await page.textContent("#wrong-jwks")) ?? "", message);
      assert.equal(await page.inputValue("#field-jwks"), text);
      assert.equal(await page.inputValue("#field-tokenEndpointAuthMethod"), "private_key_jwt");
    }
    const folder = process.env.SCREENSHOTS;
    if (folder !== undefined) await page.screenshot({ path: `${folder}/client-wrong.png`, fullPage: true });
    await page.context().close();
  });

  t.test("no page had an error", async () => assert.deepEqual(browser!.complaints, []));
});
