import assert from "node:assert/strict";
import { before, t, test } from "tap";
import { reserveNetwork } from "../../loopback.ts";
import { openForm, sendForm } from "./form-client.ts";
import { StartedAdmin } from "./started-admin.ts";

const network = await reserveNetwork();

let admin: StartedAdmin;
before(async () => {
  admin = await StartedAdmin.start(network);
});
t.teardown(() => admin?.stop());

const orders = { methods: ["GET"], path: "/orders/{id}", upstream: "stub", scopes: ["verify:read"] };

async function put(cors: unknown) {
  const basedOn = await admin.readVersion();
  const json = { ...orders, cors };
  return admin.call(`/api/routes/orders?basedOn=${basedOn}`, { as: "operator", method: "PUT", json });
}

const readCors = async () => (await admin.call("/api/routes/orders")).body.entry.cors;

test("the API sets a route's CORS, and omitted members take their defaults", async () => {
  assert.equal((await put(undefined)).status, 201);
  assert.equal(await readCors(), null);
  assert.equal((await put({ origins: ["https://App.test/"] })).status, 200);
  assert.deepEqual(await readCors(), {
    origins: ["https://app.test"],
    headers: ["authorization", "content-type", "dpop"],
    exposedHeaders: [],
    credentials: false,
    maxAgeSeconds: 600,
  });
});

test("values that no browser supports are refused at their field", async () => {
  const { status, body } = await put({ origins: ["*"], credentials: true });
  assert.equal(status, 422);
  assert.equal(body.problems[0]?.field, "cors");
  assert.equal((await put({ origins: [] })).status, 400);
});

test("the page shows the stored CORS settings, changes and removes them", async () => {
  await put({ origins: ["https://app.test"], exposedHeaders: ["etag"] });
  const { text } = await admin.call("/routes/orders", { as: "operator" });
  assert.match(text, /<textarea id="field-cors"[^>]*>https:\/\/app\.test<\/textarea>/);
  const send = async (more: Record<string, string>) => {
    const form = await openForm(admin, "/routes/orders");
    const fields = { ...form, methods: "GET", path: "/orders/{id}", upstream: "stub", scopes: "verify:read" };
    return sendForm(admin, "/routes/orders", { ...fields, ...more }, { cookie: form.cookie });
  };
  const changed = await send({
    cors: "https://a.test\nhttps://b.test",
    corsCredentials: "on",
    corsMaxAge: "5",
  });
  assert.equal(changed.status, 303, changed.text);
  assert.deepEqual(await readCors(), {
    origins: ["https://a.test", "https://b.test"],
    headers: [],
    exposedHeaders: [],
    credentials: true,
    maxAgeSeconds: 5,
  });
  const wrong = await send({ cors: "app.test" });
  assert.equal(wrong.status, 422);
  assert.match(wrong.text, /id="wrong-cors"/);
  assert.equal((await send({ cors: "" })).status, 303);
  assert.equal(await readCors(), null);
});
