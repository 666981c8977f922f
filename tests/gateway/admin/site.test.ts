import assert from "node:assert/strict";
import { before, t, test } from "tap";
import { reserveNetwork } from "../../loopback.ts";
import { openForm as openFormAt, sendForm } from "./form-client.ts";
import { describePerson, StartedAdmin } from "./started-admin.ts";

const network = await reserveNetwork();

let admin: StartedAdmin;

before(async () => {
  admin = await StartedAdmin.start(network);
});
t.teardown(async () => {
  await admin?.stop();
});

const openForm = (path: string, as?: string) => openFormAt(admin, path, as);
const send = (path: string, fields: Record<string, string>, headers?: Record<string, string>) =>
  sendForm(admin, path, fields, headers);

test("every response carries a strict policy and is not cached", async () => {
  for (const path of ["/routes", "/api/routes", "/nothing", "/openapi.json"]) {
    const { headers } = await admin.call(path);
    const policy = headers.get("content-security-policy") ?? "";
    assert.match(policy, /default-src 'none'; script-src 'self'; style-src 'self'/);
    assert.doesNotMatch(policy, /unsafe|\*/);
    assert.match(policy, /frame-ancestors 'none'/);
    assert.equal(headers.get("x-content-type-options"), "nosniff");
    assert.equal(headers.get("cache-control"), "no-store", path);
    assert.match(headers.get("strict-transport-security") ?? "", /max-age=\d+/);
  }
});

test("pages have no inline script, no inline style and no external content", async () => {
  for (const path of ["/routes", "/new/routes", "/clients", "/gateways", "/history"]) {
    const { text } = await admin.call(path);
    assert.doesNotMatch(
      text,
      /<script(?![^>]* src="\/assets\/)|<style|\sstyle=|\son[a-z]+=|(?:src|href)="(?:https?:)?\/\//,
    );
  }
});

test("assets are cached as long as their content is the same", async () => {
  const { text } = await admin.call("/routes");
  const addresses = [...text.matchAll(/"(\/assets\/[^"]+)"/g)].map(([, address]) => address!);
  assert.equal(addresses.length, 3);
  for (const address of addresses) {
    const asset = await admin.call(address, { as: "" });
    assert.equal(asset.status, 200);
    assert.match(asset.headers.get("cache-control") ?? "", /immutable/);
  }
});

test("scripts, other sites and plain HTTP cannot access the session's cookie", async () => {
  const { headers } = await admin.call("/new/scopes");
  assert.match(
    headers.get("set-cookie") ?? "",
    /^__Host-dmm-session=[\w-]{24}; Path=\/; HttpOnly; SameSite=Strict; Secure$/,
  );
});

test("a form is accepted only with the right token, cookie, user and origin", async () => {
  const form = await openForm("/new/scopes");
  const fields = { token: form.token, basedOn: form.basedOn, name: "forms:read", description: "" };
  const headers = { cookie: form.cookie };
  const others = describePerson("alice");
  await admin.call("/api/administrators/alice", { method: "PUT", json: { role: "editor" } });
  assert.equal((await send("/new/scopes", fields)).status, 403, "without the cookie");
  assert.equal(
    (await send("/new/scopes", { ...fields, token: "" }, headers)).status,
    403,
    "without the token",
  );
  assert.equal((await send("/new/scopes", { ...fields, token: `${form.token}x` }, headers)).status, 403);
  assert.equal((await send("/new/scopes", fields, { ...headers, ...others })).status, 403, "another's token");
  assert.equal(
    (await send("/new/scopes", fields, { ...headers, origin: "https://evil.example" })).status,
    403,
  );
  assert.equal((await admin.call("/api/scopes/forms:read")).status, 404);
  const taken = await send("/new/scopes", fields, { ...headers, origin: admin.origin });
  assert.equal(taken.status, 303);
  assert.match(taken.location ?? "", /^\/scopes\?stored=\d+$/);
  assert.equal((await admin.call("/api/scopes/forms:read")).status, 200);
});

test("user input is text on every page, never markup", async () => {
  const form = await openForm("/new/scopes");
  const nasty = `<img src=x onerror=alert(1)>"'&`;
  const fields = {
    token: form.token,
    basedOn: form.basedOn,
    name: "nasty",
    description: nasty,
    summary: nasty,
  };
  assert.equal((await send("/new/scopes", fields, { cookie: form.cookie })).status, 303);
  for (const path of [
    "/scopes",
    "/scopes/nasty",
    "/history",
    "/new/routes",
    `/scopes?find=${encodeURIComponent(nasty)}`,
  ]) {
    const { text } = await admin.call(path);
    assert.ok(!text.includes("<img"), path);
  }
  const { text } = await admin.call("/nothing/%3Cimg%3E");
  assert.ok(!text.includes("<img"));
});

test("an edit of an entry that was removed meanwhile does not restore it", async () => {
  const form = await openForm("/scopes/nasty");
  await admin.call(`/api/scopes/nasty?basedOn=${form.basedOn}`, { method: "DELETE" });
  const basedOn = String(await admin.readVersion());
  const response = await send(
    "/scopes/nasty",
    { token: form.token, basedOn, description: "" },
    { cookie: form.cookie },
  );
  assert.equal(response.status, 404);
});

test("a scope that is in use is not removed, and its users are named", async () => {
  const form = await openForm("/scopes/verify:read/remove");
  const fields = { token: form.token, basedOn: form.basedOn };
  const response = await send("/scopes/verify:read/remove", fields, { cookie: form.cookie });
  assert.equal(response.status, 422);
  assert.match(response.text, /Nothing was saved/);
  assert.match(response.text, /verify-echo/);
});

test("without a verified certificate the page reports that, and nothing else", async () => {
  const { status, text } = await admin.call("/routes", { as: "" });
  assert.equal(status, 403);
  assert.match(text, /A client certificate verified by the load balancer is required/);
  assert.doesNotMatch(text, /verify-echo/);
});

test("a client that a rollback restored is shown without a secret", async () => {
  const version = await admin.readVersion();
  await admin.call(`/api/clients/brief?basedOn=${version}`, { method: "PUT", json: {} });
  assert.match((await admin.call("/clients/brief")).text, /Secret set /);
  await admin.call(`/api/clients/brief?basedOn=${version + 1}`, { method: "DELETE" });
  await admin.call(`/api/versions/${version + 1}/restore?basedOn=${version + 2}`, {
    method: "POST",
    json: {},
  });
  assert.match((await admin.call("/clients/brief")).text, /This client has no secret/);
});
