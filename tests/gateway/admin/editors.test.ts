import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { readStatus, sendRaw } from "../raw-client.ts";
import { openForm, sendForm } from "./form-client.ts";
import { describePerson, StartedAdmin } from "./started-admin.ts";

let admin: StartedAdmin;
before(async () => {
  admin = await StartedAdmin.start("127.245");
});
after(async () => {
  await admin?.stop();
});

const orders = { methods: ["GET"], path: "/orders/{id}", upstream: "stub", scopes: ["verify:read"] };
const person = "X-Amzn-Mtls-Clientcert-Subject: CN=operator";

async function put(
  path: string,
  json: unknown,
  { basedOn, as = "operator" }: { basedOn?: number; as?: string } = {},
) {
  const version = basedOn ?? (await admin.readVersion());
  return admin.call(`${path}?basedOn=${version}`, { as, method: "PUT", json });
}

test("of two editors who change the same at once one stores, and the other hears it", async () => {
  const basedOn = await admin.readVersion();
  const answers = await Promise.all(
    ["/a", "/b"].map((path) => put("/api/routes/raced", { ...orders, path }, { basedOn })),
  );
  assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 409]);
  assert.equal(await admin.readVersion(), basedOn + 1);
});

test("a form that is sent twice is stored once", async () => {
  const form = await openForm(admin, "/new/scopes");
  const fields = { token: form.token, basedOn: form.basedOn, name: "twice" };
  const sent = await Promise.all(
    [1, 2].map(() => sendForm(admin, "/new/scopes", fields, { cookie: form.cookie })),
  );
  // The repetition is known as such, or comes too late: either way there is one version more.
  assert.ok(sent.every(({ status }) => status === 303 || status === 409));
  assert.equal(await admin.readVersion(), Number(form.basedOn) + 1);
  const page = await openForm(admin, "/new/users");
  const user = { token: page.token, name: "twice" };
  const users = await Promise.all(
    [1, 2].map(() => sendForm(admin, "/new/users", user, { cookie: page.cookie })),
  );
  assert.deepEqual(users.map(({ status }) => status).sort(), [200, 422]);
});

test("a viewer is refused at everything that changes something", async () => {
  const { body } = await admin.call("/openapi.json");
  const operations = Object.entries(body.paths as Record<string, Record<string, unknown>>).flatMap(
    ([path, methods]) =>
      Object.keys(methods)
        .filter((method) => method !== "get")
        .map((method) => ({ method: method.toUpperCase(), path: path.replace(/\{\w+\}/g, "1") })),
  );
  assert.ok(operations.length >= 18, String(operations.length));
  const version = await admin.readVersion();
  for (const { method, path } of operations) {
    const answer = await admin.call(`${path}?basedOn=${version}`, {
      as: "alice",
      method,
      ...(method === "DELETE" ? {} : { json: {} }),
    });
    assert.deepEqual(
      [answer.status, answer.body.code],
      [403, "DMM_ADMIN_ROLE_INSUFFICIENT"],
      `${method} ${path}`,
    );
  }
  const forms = ["routes", "upstreams", "scopes", "clients", "users"].flatMap((kind) => [
    `/new/${kind}`,
    `/${kind}/1`,
    `/${kind}/1/remove`,
  ]);
  const more = [
    "/clients/1/secret",
    "/users/1/password",
    "/users/1/disable",
    "/users/1/enable",
    "/users/1/sign-out",
    "/history/1/restore",
    "/administrators",
    "/administrators/1/remove",
  ];
  for (const path of [...forms, ...more]) {
    const answer = await sendForm(admin, path, { basedOn: String(version) }, describePerson("alice"));
    assert.equal(answer.status, 403, path);
    assert.match(answer.text, /DMM_ADMIN_ROLE_INSUFFICIENT/, path);
  }
  assert.equal(await admin.readVersion(), version);
});

test("of two certificates' subjects in one request neither is believed", async () => {
  for (const second of [
    person,
    "X-AMZN-MTLS-CLIENTCERT-SUBJECT: CN=eve",
    "x-amzn-mtls-clientcert-subject: ",
  ]) {
    const text = `GET /api/routes HTTP/1.1\r\nHost: admin.test\r\nX-Amzn-Mtls-Clientcert-Subject: CN=alice\r\n${second}\r\nConnection: close\r\n\r\n`;
    assert.equal(readStatus(await sendRaw(admin.origin, text)), 403, second);
  }
  const underscored = `GET /api/routes HTTP/1.1\r\nHost: admin.test\r\nX_Amzn_Mtls_Clientcert_Subject: CN=operator\r\nConnection: close\r\n\r\n`;
  assert.equal(readStatus(await sendRaw(admin.origin, underscored)), 403);
});

test("one editor remains: alone, in other letters, and when two dismiss each other at once", async () => {
  const appoint = (name: string, role: string, as = "operator") =>
    admin.call(`/api/administrators/${encodeURIComponent(name)}`, { method: "PUT", json: { role }, as });
  const dismiss = (name: string, as = "operator") =>
    admin.call(`/api/administrators/${name}`, { method: "DELETE", as });
  for (const name of ["operator", "OPERATOR", "opérator"])
    assert.equal((await appoint(name, "viewer")).body.code, "DMM_ADMIN_LAST_EDITOR", name);
  assert.equal((await dismiss("operator")).body.code, "DMM_ADMIN_LAST_EDITOR");
  assert.match(
    (await admin.call("/administrators/operator/remove")).text,
    /Nobody could change anything after this/,
  );
  assert.equal((await appoint("bob", "editor")).status, 200);
  const question = await admin.call("/administrators/operator/remove");
  assert.match(question.text, /This is you/);
  const both = await Promise.all([dismiss("bob", "operator"), dismiss("operator", "bob")]);
  assert.equal(both.filter(({ status }) => status === 200).length, 1, both.map(({ text }) => text).join());
  const { administrators } = (await admin.call("/api/administrators")).body as unknown as {
    administrators: { name: string; role: string }[];
  };
  assert.equal(administrators.filter(({ role }) => role === "editor").length, 1);
});
