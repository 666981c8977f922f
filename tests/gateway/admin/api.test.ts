import assert from "node:assert/strict";
import { before, t, test } from "tap";
import { hashClientSecret } from "../../../gateway/configuration/client-secret.ts";
import { reserveNetwork } from "../../loopback.ts";
import { readStatus, sendRaw } from "../raw-client.ts";
import { StartedAdmin } from "./started-admin.ts";

const network = await reserveNetwork();

let admin: StartedAdmin;
const orders = { methods: ["GET"], path: "/orders/{id}", upstream: "stub", scopes: ["verify:read"] };

before(async () => {
  admin = await StartedAdmin.start(network);
});
t.teardown(async () => {
  await admin?.stop();
});

async function put(path: string, json: unknown, basedOn?: number, as = "operator") {
  const version = basedOn ?? (await admin.readVersion());
  return admin.call(`${path}?basedOn=${version}`, { as, method: "PUT", json });
}

test("the seeded routes, APIs, scopes and the client exist, with their version", async () => {
  const seeded = { routes: "verify-echo", upstreams: "stub", scopes: "verify:read", clients: "verifier" };
  for (const [kind, name] of Object.entries(seeded)) {
    const { status, body, headers } = await admin.call(`/api/${kind}`);
    assert.equal(status, 200);
    assert.ok(
      (body[kind] as { name: string }[]).some((entry) => entry.name === name),
      name,
    );
    assert.equal(headers.get("etag"), `"${body.version}"`);
  }
});

test("a route is added, replaced and removed, each as one version", async () => {
  const before = await admin.readVersion();
  const added = await put("/api/routes/orders", orders);
  assert.deepEqual([added.status, added.body.version], [201, before + 1]);
  const replaced = await put("/api/routes/orders", { ...orders, retries: 3 });
  assert.deepEqual([replaced.status, replaced.body.version], [200, before + 2]);
  const read = await admin.call("/api/routes/orders");
  assert.equal(read.body.entry.retries, 3);
  assert.equal(read.body.entry.firstByteLimitMs, 30_000);
  const removed = await admin.call(`/api/routes/orders?basedOn=${before + 2}`, { method: "DELETE" });
  assert.equal(removed.status, 200);
  assert.equal((await admin.call("/api/routes/orders")).status, 404);
});

test("a stale edit gets a 409 that names who changed what", async () => {
  const version = await admin.readVersion();
  await put("/api/scopes/orders:read", { description: "Read orders" }, version);
  const stale = await put("/api/routes/orders", orders, version);
  assert.equal(stale.status, 409);
  assert.equal(stale.body.code, "DMM_ADMIN_VERSION_STALE");
  assert.match(stale.headers.get("content-type") ?? "", /^application\/problem\+json/);
  assert.equal(stale.body.conflict.current, version + 1);
  assert.deepEqual(stale.body.conflict.authors, ["operator"]);
  assert.deepEqual(
    stale.body.conflict.differences.map(({ name, change }) => [change, name]),
    [["added", "orders:read"]],
  );
});

test("routes that match the same requests are refused", async () => {
  const response = await put("/api/routes/echo-again", { ...orders, path: "/verify/echo" });
  assert.equal(response.status, 422);
  assert.equal(response.body.code, "DMM_ADMIN_CONFIGURATION_INVALID");
  assert.match(response.body.problems[0]?.message ?? "", /already matched by route/);
});

const wrong: readonly (readonly [what: string, body: unknown])[] = [
  ["a missing path", { methods: ["GET"], upstream: "stub" }],
  ["an unknown member", { ...orders, colour: "red" }],
  ["a number as text", { ...orders, retries: "3" }],
  ["a method that is none", { ...orders, methods: ["FETCH"] }],
  ["a list", [orders]],
  ["a negative limit", { ...orders, idleLimitMs: -1 }],
];
for (const [what, json] of wrong)
  test(`${what} is refused by the schema`, async () => {
    const response = await put("/api/routes/wrong", json);
    assert.equal(response.status, 400);
    assert.equal(response.body.code, "DMM_ADMIN_REQUEST_INVALID");
    assert.match(response.body.detail, /^body/);
  });

test("malformed JSON, another media type and a missing basedOn are refused", async () => {
  const path = "/api/routes/wrong?basedOn=1";
  const headers = { "content-type": "application/json" };
  const send = (body: string, more = headers, to = path) =>
    fetch(admin.origin + to, {
      method: "PUT",
      headers: { "x-amzn-mtls-clientcert-subject": "CN=operator", ...more },
      body,
    }).then(async (response) => ({
      status: response.status,
      code: ((await response.json()) as { code: string }).code,
    }));
  assert.deepEqual(await send("{"), { status: 400, code: "DMM_ADMIN_REQUEST_INVALID" });
  assert.deepEqual(await send('{"__proto__":{"admin":true}}'), {
    status: 400,
    code: "DMM_ADMIN_REQUEST_INVALID",
  });
  assert.deepEqual(await send("a=b", { "content-type": "application/x-www-form-urlencoded" }), {
    status: 415,
    code: "DMM_ADMIN_MEDIA_UNKNOWN",
  });
  assert.deepEqual(await send(JSON.stringify(orders), headers, "/api/routes/wrong"), {
    status: 400,
    code: "DMM_ADMIN_REQUEST_INVALID",
  });
});

test("a body that is too large is refused before it is read", async () => {
  const head = [
    "PUT /api/configuration?basedOn=1 HTTP/1.1",
    "Host: admin.test",
    "Content-Type: application/json",
  ];
  const person = "X-Amzn-Mtls-Clientcert-Subject: CN=operator";
  const text = [...head, person, "Content-Length: 5000000", "", "{"].join("\r\n");
  const received = await sendRaw(admin.origin, text);
  assert.equal(readStatus(received), 413);
  assert.match(received, /DMM_ADMIN_BODY_TOO_LARGE/);
});

test("ending all tokens of a client makes it another instance, in a version with author and reason", async () => {
  await put("/api/clients/leaky", { description: "Leaky", scopes: ["verify:read"] });
  const readInstance = async () =>
    (await admin.database.query("SELECT instance FROM clients WHERE client_id = 'leaky'"))[0]?.instance;
  const before = await readInstance();
  const path = `/api/clients/leaky/end-tokens?basedOn=${await admin.readVersion()}`;
  const ended = await admin.call(path, { method: "POST", json: {} });
  assert.equal(ended.status, 200, ended.text);
  assert.match(ended.text, /"field":"tokens"/);
  assert.notEqual(await readInstance(), before);
  const versions = await admin.call("/api/versions");
  assert.match(versions.text, /Ended all tokens of client leaky/);
  const stale = await admin.call(path, { method: "POST", json: {} });
  assert.equal(stale.status, 409);
  const changed = stale.body.conflict.differences.map(({ name, fields }) => [name, fields[0]?.field]);
  assert.deepEqual(changed, [["leaky", "tokens"]]);
  const unknown = `/api/clients/nobody/end-tokens?basedOn=${await admin.readVersion()}`;
  assert.equal((await admin.call(unknown, { method: "POST", json: {} })).status, 404);
  assert.doesNotMatch((await admin.call("/api/clients/leaky")).text, /instance/);
});

test("a new client's secret is returned once and stored as its keyed hash", async () => {
  const client = { description: "Shop", scopes: ["verify:read"] };
  const added = await put("/api/clients/shop", client);
  assert.equal(added.status, 201);
  assert.match(added.body.secret, /^[\w-]{43}$/);
  const again = await put("/api/clients/shop", { ...client, description: "The shop" });
  assert.equal(again.body.secret, undefined);
  const [row] = await admin.database.query("SELECT * FROM clients WHERE client_id = 'shop'");
  const key = `client secrets under ${admin.database.password}`;
  assert.equal(row?.secret_hash, hashClientSecret(key, "shop", added.body.secret));
  const replaced = await admin.call(`/api/clients/shop/secret?basedOn=${await admin.readVersion()}`, {
    method: "POST",
    json: {},
  });
  assert.equal(replaced.status, 200);
  assert.notEqual(replaced.body.secret, added.body.secret);
  for (const path of ["/api/clients", "/api/clients/shop", "/api/versions", "/api/configuration"]) {
    const { text } = await admin.call(path);
    assert.doesNotMatch(text, /secret_?hash/i);
    assert.ok(!text.includes(added.body.secret) && !text.includes(replaced.body.secret), path);
  }
  assert.ok(!admin.role.process.output.includes(replaced.body.secret));
});

test("history shows author and difference, and a rollback creates a new version", async () => {
  const version = await admin.readVersion();
  await put("/api/scopes/temporary", {}, version);
  const restored = await admin.call(`/api/versions/${version}/restore?basedOn=${version + 1}`, {
    method: "POST",
    json: {},
  });
  assert.equal(restored.body.version, version + 2);
  assert.equal((await admin.call("/api/scopes/temporary")).status, 404);
  const { versions } = (await admin.call("/api/versions?limit=2")).body;
  assert.deepEqual(
    versions.map(({ author, summary }) => [author, summary]),
    [
      ["operator", `Rolled back to version ${version}`],
      ["operator", "Added scope temporary"],
    ],
  );
  const unknown = await admin.call(`/api/versions/99999/restore?basedOn=${version + 2}`, {
    method: "POST",
    json: {},
  });
  assert.equal(unknown.status, 404);
});

test("the whole configuration is replaced as one version", async () => {
  const { version, ...document } = (await admin.call("/api/configuration")).body;
  const scopes = [...(document.scopes as unknown[]), { name: "bulk", description: "" }];
  const routes = [
    ...(document.routes as unknown[]),
    { ...orders, name: "bulk", path: "/bulk", scopes: ["bulk"] },
  ];
  const response = await put("/api/configuration", { ...document, scopes, routes }, version);
  assert.equal(response.status, 200);
  assert.equal(response.body.version, version + 1);
});

test("a viewer reads everything and changes nothing", async () => {
  assert.equal((await admin.call("/api/routes", { as: "alice" })).status, 200);
  const refused = await put("/api/routes/orders", orders, undefined, "alice");
  assert.deepEqual([refused.status, refused.body.code], [403, "DMM_ADMIN_ROLE_INSUFFICIENT"]);
  await admin.call("/api/administrators/alice", { method: "PUT", json: { role: "editor" } });
  assert.equal((await put("/api/scopes/of-alice", {}, undefined, "alice")).status, 201);
  await admin.call("/api/administrators/alice", { method: "DELETE" });
  assert.equal((await put("/api/scopes/of-alice", {}, undefined, "alice")).status, 403);
});

test("texts may have any character, in any language", async () => {
  const description = "Aufträge lesen · 注文 · 🧾";
  assert.equal((await put("/api/scopes/any:text", { description })).status, 201);
  assert.equal((await admin.call("/api/scopes/any:text")).body.entry.description, description);
  const name = encodeURIComponent("Žofie 🧾");
  assert.equal(
    (await admin.call(`/api/administrators/${name}`, { method: "PUT", json: { role: "viewer" } })).status,
    200,
  );
});

test("the last editor cannot be dismissed", async () => {
  const response = await admin.call("/api/administrators/operator", { method: "DELETE" });
  assert.deepEqual([response.status, response.body.code], [409, "DMM_ADMIN_LAST_EDITOR"]);
});

test("without a certificate access is refused, and a look-alike name is a different person", async () => {
  assert.equal((await admin.call("/api/routes", { as: "" })).status, 403);
  for (const subject of [
    "CN=eve\\,CN=operator",
    'CN="operator,O=x"',
    "O=operator",
    "CN=eve,CN=operator",
    "CN=Operator",
  ]) {
    const response = await admin.call(`/api/scopes/forged?basedOn=${await admin.readVersion()}`, {
      as: "",
      method: "PUT",
      json: {},
      headers: { "x-amzn-mtls-clientcert-subject": subject },
    });
    assert.equal(response.status, 403, subject);
  }
});

test("a cross-site request is refused, whatever it claims", async () => {
  const version = await admin.readVersion();
  for (const headers of [
    { origin: "https://evil.example" },
    { origin: "null" },
    { origin: admin.origin, "x-forwarded-proto": "https" },
    { origin: admin.origin.replace("http:", "https:") },
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
  ]) {
    const response = await admin.call(`/api/scopes/forged?basedOn=${version}`, {
      method: "DELETE",
      headers: Object.fromEntries(Object.entries(headers)),
    });
    assert.deepEqual([response.status, response.body.code], [403, "DMM_ADMIN_ORIGIN_FOREIGN"]);
  }
});

test("the API describes itself", async () => {
  const { status, body } = await admin.call("/openapi.json");
  assert.equal(status, 200);
  const paths = body.paths as Record<string, Record<string, unknown>>;
  assert.ok(paths["/api/routes/{name}"]?.put);
  assert.ok(paths["/api/versions/{version}/restore"]?.post);
  assert.ok(Object.keys(paths).every((path) => path.startsWith("/api/")));
});

test("an unknown resource and an unknown method get problem documents", async () => {
  assert.deepEqual((await admin.call("/api/nothing")).body.code, "DMM_ADMIN_RESOURCE_UNKNOWN");
  const wrongMethod = await admin.call("/api/routes/orders", { method: "PATCH", json: {} });
  assert.deepEqual([wrongMethod.status, wrongMethod.body.code], [405, "DMM_ADMIN_METHOD_UNKNOWN"]);
  assert.equal(wrongMethod.headers.get("allow"), "DELETE, GET, HEAD, PUT");
});

test("while the database is unavailable changes get a 503, and work again when it is back", async () => {
  await admin.database.pause();
  const away = await admin.call("/api/routes");
  assert.deepEqual([away.status, away.body.code], [503, "DMM_ADMIN_STORE_UNAVAILABLE"]);
  assert.equal(away.headers.get("retry-after"), "2");
  await admin.database.resume();
  assert.equal((await put("/api/scopes/after-outage", {})).status, 201);
});
