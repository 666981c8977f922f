import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import fc from "fast-check";
import { findAmbiguity } from "../../../gateway/admin/api/strict-json.ts";
import { readStatus, sendRaw } from "../raw-client.ts";
import { openForm, sendForm } from "./form-client.ts";
import { describePerson, StartedAdmin } from "./started-admin.ts";

let admin: StartedAdmin;
before(async () => {
  admin = await StartedAdmin.start("127.215");
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

/** Bytes as they are, to a route that would be stored if they were right. */
async function putText(
  body: string,
  headers: Record<string, string> = { "content-type": "application/json" },
) {
  const basedOn = await admin.readVersion();
  const answer = await fetch(`${admin.origin}/api/routes/misused?basedOn=${basedOn}`, {
    method: "PUT",
    headers: { ...describePerson("operator"), ...headers },
    body: Buffer.from(body),
  });
  return { status: answer.status, ...((await answer.json()) as { code: string; detail: string }) };
}

for (const method of ["QUERY", "OPTIONS", "TRACE", "PROPFIND", "PATCH"])
  test(`${method} without a body is told that the method is wrong, or the address`, async () => {
    for (const [path, status] of [
      ["/routes", 405],
      ["/api/routes", 405],
      ["/assets/icon.svg", 405],
      ["/nothing", 404],
    ] as const) {
      const text = `${method} ${path} HTTP/1.1\r\nHost: admin.test\r\n${person}\r\nConnection: close\r\n\r\n`;
      const received = await sendRaw(admin.origin, text);
      assert.equal(readStatus(received), status, path);
      if (status === 405) assert.match(received, /\r\nallow: GET, HEAD\r\n/i);
    }
  });

const unreadable: readonly (readonly [
  what: string,
  body: string,
  headers: Record<string, string>,
  status: number,
])[] = [
  ["text", "{}", { "content-type": "text/plain" }, 415],
  ["no media type", "{}", {}, 415],
  ["a form", "path=/x", { "content-type": "application/x-www-form-urlencoded" }, 415],
  ["a media type that begins like JSON", "{}", { "content-type": "application/json-patch+json" }, 415],
  ["nothing", "", { "content-type": "application/json" }, 400],
  [
    "1 MiB in one field",
    JSON.stringify({ ...orders, path: `/${"x".repeat(1_048_576)}` }),
    { "content-type": "application/json" },
    400,
  ],
  ["200,000 open lists", "[".repeat(200_000), { "content-type": "application/json" }, 400],
  [
    "100,000 objects in each other",
    `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`,
    { "content-type": "application/json" },
    400,
  ],
  [
    "a member twice",
    '{"methods":["GET"],"path":"/a","path":"/b","upstream":"stub"}',
    { "content-type": "application/json" },
    400,
  ],
  [
    "a member twice, once escaped",
    '{"methods":["GET"],"path":"/a","p\\u0061th":"/b","upstream":"stub"}',
    { "content-type": "application/json" },
    400,
  ],
  [
    "a prototype",
    '{"__proto__":{"public":true},"methods":["GET"],"path":"/a","upstream":"stub"}',
    { "content-type": "application/json" },
    400,
  ],
  [
    "a constructor's prototype",
    '{"constructor":{"prototype":{"public":true}},"methods":["GET"],"path":"/a","upstream":"stub"}',
    { "content-type": "application/json" },
    400,
  ],
  ["null", "null", { "content-type": "application/json" }, 400],
];
for (const [what, body, headers, status] of unreadable)
  test(`a body of ${what} is refused with ${status}`, async () => {
    const answer = await putText(body, headers);
    assert.deepEqual(
      [answer.status, answer.code],
      [status, status === 415 ? "DMM_ADMIN_MEDIA_UNKNOWN" : "DMM_ADMIN_REQUEST_INVALID"],
    );
    assert.equal((await admin.call("/api/routes/misused")).status, 404);
  });

test("1 MiB of right configuration is taken", async () => {
  const { version, ...document } = (await admin.call("/api/configuration")).body;
  const scopes = Array.from({ length: 3000 }, (_, index) => ({
    name: `many:${index}`,
    description: "x".repeat(300),
  }));
  const answer = await put(
    "/api/configuration",
    { ...document, scopes: [...(document.scopes as []), ...scopes] },
    { basedOn: version },
  );
  assert.equal(answer.status, 200, answer.text.slice(0, 300));
  assert.equal((await put("/api/configuration", document)).status, 200);
});

test("no right JSON is called ambiguous, and every repeated member is", () => {
  fc.assert(fc.property(fc.json({ maxDepth: 10 }), (text) => findAmbiguity(text) === undefined));
  fc.assert(
    fc.property(fc.string(), fc.json(), fc.json(), (name, one, two) => {
      const member = JSON.stringify(name);
      assert.match(findAmbiguity(`[{${member}:${one},"":{},${member} : ${two}}]`) ?? "", /twice/);
    }),
  );
});

test("names that objects have by themselves are names like others", async () => {
  const bodies = {
    upstreams: { targets: [{ origin: "http://10.0.0.1:80" }] },
    scopes: { description: "x" },
    routes: { ...orders, path: "/constructor", scopes: ["constructor"], upstream: "constructor" },
    clients: { scopes: ["constructor"] },
  };
  for (const [kind, body] of Object.entries(bodies)) {
    assert.equal((await put(`/api/${kind}/constructor`, body)).status, 201, kind);
    assert.equal((await admin.call(`/api/${kind}/constructor`)).status, 200, kind);
    for (const path of [`/${kind}`, `/${kind}/constructor`, `/${kind}/constructor/remove`, "/history"])
      assert.equal((await admin.call(path)).status, 200, path);
    assert.equal((await put(`/api/${kind}/__proto__`, body)).status, 400, kind);
  }
  for (const kind of ["clients", "routes", "scopes", "upstreams"])
    assert.equal(
      (
        await admin.call(`/api/${kind}/constructor?basedOn=${await admin.readVersion()}`, {
          method: "DELETE",
        })
      ).status,
      200,
      kind,
    );
  for (const path of [
    "/history/constructor",
    "/users/__proto__",
    "/new/constructor",
    "/clients/%ff",
    `/routes/${"x".repeat(400)}`,
  ]) {
    const answer = await admin.call(path);
    assert.deepEqual(
      [answer.status, /DMM_\w+/.exec(answer.text)?.[0]],
      [404, "DMM_ADMIN_RESOURCE_UNKNOWN"],
      path,
    );
    assert.match(answer.headers.get("content-security-policy") ?? "", /default-src 'none'/, path);
  }
});

test("what cannot be seen, or turns around what is seen, is in no name and no description", async () => {
  const basedOn = await admin.readVersion();
  for (const sneaky of ["\u202e", "\u200b", "\u2066", "\ufeff", "\u0000"]) {
    const text = encodeURIComponent(`oper${sneaky}ator`);
    const what = JSON.stringify(sneaky);
    assert.equal((await put(`/api/routes/${text}`, orders)).status, 400, what);
    assert.equal((await put("/api/scopes/sneaky", { description: `a${sneaky}b` })).status, 422, what);
    const explained = `/api/scopes/sneaky?basedOn=${basedOn}&summary=${text}`;
    assert.equal((await admin.call(explained, { method: "PUT", json: {} })).status, 400, what);
    const appointed = { method: "PUT", json: { role: "editor" } };
    assert.equal((await admin.call(`/api/administrators/${text}`, appointed)).status, 400, what);
  }
  assert.equal((await put("/api/scopes/sneaky", { description: "half of a character: \ud800" })).status, 422);
  assert.equal(await admin.readVersion(), basedOn);
});

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

test("a form with a field twice, of another media type or of a million fields is refused", async () => {
  const form = await openForm(admin, "/new/scopes");
  const begin = `token=${form.token}&basedOn=${form.basedOn}`;
  const headers = { cookie: form.cookie };
  assert.equal((await sendForm(admin, "/new/scopes", `${begin}&name=one&name=two`, headers)).status, 422);
  assert.equal(
    (await sendForm(admin, "/new/scopes", `${begin}&name=many&${"a=1&".repeat(1_000_000)}`, headers)).status,
    413,
  );
  const json = JSON.stringify({ token: form.token, basedOn: form.basedOn, name: [["odd"]] });
  for (const type of ["application/json", "text/plain", "multipart/form-data; boundary=x"])
    assert.equal(
      (await sendForm(admin, "/new/routes", json, { ...headers, "content-type": type })).status,
      415,
      type,
    );
  const polluting = `${begin}&name=polluting&__proto__=x&constructor=y`;
  assert.equal((await sendForm(admin, "/new/scopes", polluting, headers)).status, 303);
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
