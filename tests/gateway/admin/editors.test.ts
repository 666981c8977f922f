import assert from "node:assert/strict";
import { before, t, test } from "tap";
import { reserveNetwork } from "../../loopback.ts";
import { readStatus, sendRaw } from "../raw-client.ts";
import { openForm, sendForm } from "./form-client.ts";
import { describePerson, StartedAdmin } from "./started-admin.ts";

const network = await reserveNetwork();

let admin: StartedAdmin;
before(async () => {
  admin = await StartedAdmin.start(network);
});
t.teardown(async () => {
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

test("of two concurrent editors of the same entry one stores, and the other gets a conflict", async () => {
  const basedOn = await admin.readVersion();
  const responses = await Promise.all(
    ["/a", "/b"].map((path) => put("/api/routes/raced", { ...orders, path }, { basedOn })),
  );
  assert.deepEqual(responses.map(({ status }) => status).sort(), [201, 409]);
  assert.equal(await admin.readVersion(), basedOn + 1);
});

test("a form that is submitted twice is stored once", async () => {
  const form = await openForm(admin, "/new/scopes");
  const fields = { token: form.token, basedOn: form.basedOn, name: "twice" };
  const sent = await Promise.all(
    [1, 2].map(() => sendForm(admin, "/new/scopes", fields, { cookie: form.cookie })),
  );
  // The retry is recognized, or comes too late: either way there is one more version.
  assert.ok(sent.every(({ status }) => status === 303 || status === 409));
  assert.equal(await admin.readVersion(), Number(form.basedOn) + 1);
  const page = await openForm(admin, "/new/users");
  const user = { token: page.token, name: "twice" };
  const users = await Promise.all(
    [1, 2].map(() => sendForm(admin, "/new/users", user, { cookie: page.cookie })),
  );
  assert.deepEqual(users.map(({ status }) => status).sort(), [200, 422]);
});

test("a viewer is refused every change", async () => {
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
    const response = await admin.call(`${path}?basedOn=${version}`, {
      as: "alice",
      method,
      ...(method === "DELETE" ? {} : { json: {} }),
    });
    assert.deepEqual(
      [response.status, response.body.code],
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
    const response = await sendForm(admin, path, { basedOn: String(version) }, describePerson("alice"));
    assert.equal(response.status, 403, path);
    assert.match(response.text, /DMM_ADMIN_ROLE_INSUFFICIENT/, path);
  }
  assert.equal(await admin.readVersion(), version);
});

test("a request with two certificate subjects is refused", async () => {
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

test("one editor always remains: alone, beside other spellings, and when two dismiss each other concurrently", async () => {
  const appoint = (name: string, role: string, as = "operator") =>
    admin.call(`/api/administrators/${encodeURIComponent(name)}`, { method: "PUT", json: { role }, as });
  const dismiss = (name: string, as = "operator") =>
    admin.call(`/api/administrators/${name}`, { method: "DELETE", as });
  assert.equal((await appoint("operator", "viewer")).body.code, "DMM_ADMIN_LAST_EDITOR");
  for (const name of ["operator ", " operator", "operator\u00a0"])
    assert.equal((await appoint(name, "editor")).body.code, "DMM_ADMIN_REQUEST_INVALID", name);
  for (const name of ["OPERATOR", "opérator"])
    for (const role of ["editor", "viewer"]) {
      assert.equal((await appoint(name, role)).status, 200, "another certificate's name");
      assert.equal((await admin.call("/api/administrators", { as: name })).status, 200);
    }
  assert.equal((await dismiss("operator")).body.code, "DMM_ADMIN_LAST_EDITOR");
  assert.match((await admin.call("/administrators/operator/remove")).text, /This is the last editor/);
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

interface AdministratorChange {
  readonly id: number;
  readonly name: string;
  readonly roleBefore: string | null;
  readonly role: string | null;
  readonly author: string;
  readonly certificate: string | null;
  readonly madeAt: string;
}

async function readAdministratorChanges(query = ""): Promise<readonly AdministratorChange[]> {
  const { status, text } = await admin.call(`/api/administrator-changes${query}`);
  assert.equal(status, 200, text);
  return (JSON.parse(text) as { changes: AdministratorChange[] }).changes;
}

const tell = ({ name, roleBefore, role, author, certificate }: AdministratorChange) => [
  ...[name, roleBefore, role, author, certificate],
];

/** As an editor that exists whatever the previous tests did. */
async function findEditor(): Promise<string> {
  const [row] = await admin.database.query("SELECT name FROM administrators WHERE role = 'editor'");
  return String(row!.name);
}

test("role changes are recorded with certificate and time, by the API and by forms", async () => {
  const as = await findEditor();
  const began = Date.now();
  const appoint = (name: string, role: string) =>
    admin.call(`/api/administrators/${encodeURIComponent(name)}`, { method: "PUT", json: { role }, as });
  const [latest] = await readAdministratorChanges("?limit=1");
  assert.equal((await appoint("Žofie", "editor")).status, 200);
  assert.equal((await appoint("Žofie", "editor")).status, 200, "once more is no change");
  assert.equal((await appoint("Žofie", "viewer")).status, 200);
  assert.equal((await appoint("žofie", "viewer")).status, 200, "another certificate, beside this one");
  const form = await openForm(admin, "/administrators", as);
  const token = { token: form.token, basedOn: "0" };
  const headers = { cookie: form.cookie, ...describePerson(as) };
  const fields = { ...token, name: "carol", role: "editor" };
  assert.equal((await sendForm(admin, "/administrators", fields, headers)).status, 303);
  assert.equal((await sendForm(admin, "/administrators/carol/remove", token, headers)).status, 303);
  const changes = (await readAdministratorChanges()).filter(({ id }) => id > latest!.id);
  assert.deepEqual(changes.map(tell).reverse(), [
    ["Žofie", null, "editor", as, "6A86CE563A2D3E60D70BE3A41A5ED94E"],
    ["Žofie", "editor", "viewer", as, "6A86CE563A2D3E60D70BE3A41A5ED94E"],
    ["žofie", null, "viewer", as, "6A86CE563A2D3E60D70BE3A41A5ED94E"],
    ["carol", null, "editor", as, "6A86CE563A2D3E60D70BE3A41A5ED94E"],
    ["carol", "editor", null, as, "6A86CE563A2D3E60D70BE3A41A5ED94E"],
  ]);
  for (const { madeAt } of changes) assert.ok(Math.abs(Date.parse(madeAt) - began) < 60_000, madeAt);
});

test("refused role changes are not recorded, and the platform's first one is", async () => {
  const as = await findEditor();
  const before = await readAdministratorChanges("?limit=100");
  assert.deepEqual(tell(before.at(-1)!), ["operator", null, "editor", "platform", null]);
  for (const [path, options] of [
    ["alice", { method: "PUT", json: { role: "editor" }, as: "alice" }],
    ["alice", { method: "PUT", json: { role: "owner" }, as }],
    [encodeURIComponent("al\u200bice"), { method: "PUT", json: { role: "editor" }, as }],
    [as, { method: "DELETE", as }],
    ["nobody-at-all", { method: "DELETE", as }],
  ] as const)
    assert.ok((await admin.call(`/api/administrators/${path}`, options)).status >= 400, path);
  assert.deepEqual(await readAdministratorChanges("?limit=100"), before);
});

test("a viewer reads the role changes, page by page", async () => {
  const [newest, next] = await readAdministratorChanges("?limit=2");
  assert.deepEqual((await readAdministratorChanges(`?limit=1&before=${newest!.id}`))[0], next);
  assert.equal((await admin.call("/api/administrator-changes?before=x")).status, 400);
  const { status, text } = await admin.call("/administrator-changes", { as: "alice" });
  assert.equal(status, 200);
  assert.match(text, /Removed, was editor<\/th>\s*<td data-title="Administrator"><bdi>carol</);
  assert.match(text, /Assigned viewer, was editor/);
  assert.match(text, /certificate 6A86CE563A2D3E60D70BE3A41A5ED94E/);
  assert.match((await admin.call("/administrators", { as: "alice" })).text, /href="\/administrator-changes"/);
  const older = await admin.call(`/administrator-changes?before=${newest!.id}`);
  assert.doesNotMatch(older.text, /Removed, was editor<\/th>\s*<td data-title="Administrator"><bdi>carol</);
});

test("the record of role changes begins with the roles that existed before it", async () => {
  const { database } = admin;
  await database.query("DELETE FROM administrator_changes");
  const has = await database.query(
    "SELECT name, role, appointed_by FROM administrators ORDER BY appointed_at",
  );
  const { recordAdministrators } = await import(
    "../../../gateway/database/migrations/record-administrators.ts"
  );
  const context = { connection: { query: async (text: string) => [await database.query(text)] } as never };
  for (let times = 0; times < 2; times++) await recordAdministrators({ ...context, upstreamUrl: "" });
  const recorded = (await readAdministratorChanges()).map(({ name, role, author }) => [name, role, author]);
  assert.deepEqual(
    recorded.reverse(),
    has.map((row) => [row.name, row.role, row.appointed_by]),
  );
});
