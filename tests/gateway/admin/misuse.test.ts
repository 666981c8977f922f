import assert from "node:assert/strict";
import fc from "fast-check";
import { before, t, test } from "tap";
import { findAmbiguity } from "../../../gateway/admin/api/strict-json.ts";
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

/** Raw bytes for a route that would be stored if they were valid. */
async function putText(
  body: string,
  headers: Record<string, string> = { "content-type": "application/json" },
) {
  const basedOn = await admin.readVersion();
  const response = await fetch(`${admin.origin}/api/routes/misused?basedOn=${basedOn}`, {
    method: "PUT",
    headers: { ...describePerson("operator"), ...headers },
    body: Buffer.from(body),
  });
  return { status: response.status, ...((await response.json()) as { code: string; detail: string }) };
}

for (const method of ["QUERY", "OPTIONS", "TRACE", "PROPFIND", "PATCH"])
  test(`${method} without a body is refused for its method or its address`, async () => {
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
    const response = await putText(body, headers);
    assert.deepEqual(
      [response.status, response.code],
      [status, status === 415 ? "DMM_ADMIN_MEDIA_UNKNOWN" : "DMM_ADMIN_REQUEST_INVALID"],
    );
    assert.equal((await admin.call("/api/routes/misused")).status, 404);
  });

test("1 MiB of valid configuration is accepted", async () => {
  const { version, ...document } = (await admin.call("/api/configuration")).body;
  const scopes = Array.from({ length: 3000 }, (_, index) => ({
    name: `many:${index}`,
    description: "x".repeat(300),
  }));
  const response = await put(
    "/api/configuration",
    { ...document, scopes: [...(document.scopes as []), ...scopes] },
    { basedOn: version },
  );
  assert.equal(response.status, 200, response.text.slice(0, 300));
  assert.equal((await put("/api/configuration", document)).status, 200);
});

test("no valid JSON is reported as ambiguous, and every duplicate member is", async () => {
  fc.assert(fc.property(fc.json({ maxDepth: 10 }), (text) => findAmbiguity(text) === undefined));
  fc.assert(
    fc.property(fc.string(), fc.json(), fc.json(), (name, one, two) => {
      const member = JSON.stringify(name);
      assert.match(findAmbiguity(`[{${member}:${one},"":{},${member} : ${two}}]`) ?? "", /Duplicate member/);
    }),
  );
});

test("names of built-in object properties are names like any other", async () => {
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
    const response = await admin.call(path);
    assert.deepEqual(
      [response.status, /DMM_\w+/.exec(response.text)?.[0]],
      [404, "DMM_ADMIN_RESOURCE_UNKNOWN"],
      path,
    );
    assert.match(response.headers.get("content-security-policy") ?? "", /default-src 'none'/, path);
  }
});

test("invisible and direction-changing characters are refused in names and descriptions", async () => {
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

test("a form with a field twice, of another media type or of 4 MB is refused", async () => {
  const form = await openForm(admin, "/new/scopes");
  const begin = `token=${form.token}&basedOn=${form.basedOn}`;
  const headers = { cookie: form.cookie };
  assert.equal((await sendForm(admin, "/new/scopes", `${begin}&name=one&name=two`, headers)).status, 422);
  const large = `POST /new/scopes HTTP/1.1\r\nHost: admin.test\r\n${person}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 4000000\r\n\r\na=1&`;
  assert.equal(readStatus(await sendRaw(admin.origin, large)), 413);
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
