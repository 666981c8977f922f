import assert from "node:assert/strict";
import { before, t, test } from "tap";
import { reserveNetwork } from "../../loopback.ts";
import { DatabaseLine } from "../configuration/database-line.ts";
import { StartedRole } from "../started-gateway.ts";
import { StartedMariadb } from "../started-mariadb.ts";
import { describeAdmin, describePerson } from "./started-admin.ts";

const network = await reserveNetwork();

let database: StartedMariadb;
let line: DatabaseLine;
let admin: StartedRole;

before(async () => {
  database = await StartedMariadb.start(`${network}.1.50`);
  line = await DatabaseLine.open(`${network}.1.51`, database.host);
  admin = new StartedRole("admin", `${network}.1.40`, {
    ...describeAdmin(database),
    DATABASE_HOST: line.host,
  });
  await admin.waitUntilReady();
});
t.teardown(async () => {
  await admin?.process.end();
  await line?.close();
  await database?.stop();
});

async function ask(
  path: string,
  options: { method?: string; json?: object; form?: Record<string, string>; cookie?: string } = {},
) {
  const { json, form, cookie } = options;
  const response = await fetch(admin.origin + path, {
    method: options.method ?? (form === undefined ? "GET" : "POST"),
    redirect: "manual",
    headers: {
      ...describePerson("operator"),
      ...(json === undefined ? {} : { "content-type": "application/json" }),
      ...(cookie === undefined ? {} : { cookie }),
    },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

const readVersion = async () => Number(JSON.parse((await ask("/api/configuration")).text).version);

const putScope = async (name: string, basedOn: number) => {
  const response = await ask(`/api/scopes/${name}?basedOn=${basedOn}`, { method: "PUT", json: {} });
  return { ...response, body: JSON.parse(response.text) as Record<string, unknown> };
};

test("the API reports that nothing was stored, and accepts the same change again", async () => {
  const version = await readVersion();
  line.commitFate = "lost";
  const lost = await putScope("lost:api", version);
  assert.deepEqual([lost.status, lost.body.code], [503, "DMM_ADMIN_CHANGE_NOT_STORED"]);
  assert.match(String(lost.body.title), /Nothing was saved/);
  assert.equal(lost.headers.get("retry-after"), "2");
  assert.equal(await readVersion(), version);
  assert.equal((await putScope("lost:api", version)).status, 201);
});

test("the API reports a change as stored although the response to its COMMIT was lost, also when it is retried", async () => {
  const version = await readVersion();
  line.commitFate = "unacknowledged";
  const stored = await putScope("stored:api", version);
  assert.deepEqual([stored.status, stored.body.version], [201, version + 1]);
  const again = await putScope("stored:api", version);
  assert.deepEqual([again.status, again.body.version], [201, version + 1]);
  assert.equal(await readVersion(), version + 1);
});

test("a form's page reports that nothing was stored, and the same form is accepted afterwards, once", async () => {
  const page = await ask("/new/scopes");
  const [, token = ""] = /name="token" value="([^"]+)"/.exec(page.text) ?? [];
  const [, basedOn = ""] = /name="basedOn" value="(\d+)"/.exec(page.text) ?? [];
  const cookie = page.headers.get("set-cookie")?.split(";")[0] ?? "";
  const form = { token, basedOn, name: "lost:form", description: "" };
  line.commitFate = "lost";
  const lost = await ask("/new/scopes", { form, cookie });
  assert.equal(lost.status, 503);
  assert.match(lost.text, /<h1>[^<]*Nothing was saved; send the change again\./);
  for (let times = 0; times < 2; times++) {
    const stored = await ask("/new/scopes", { form, cookie });
    assert.deepEqual(
      [stored.status, stored.headers.get("location")],
      [303, `/scopes?stored=${Number(basedOn) + 1}`],
    );
  }
  assert.equal(await readVersion(), Number(basedOn) + 1);
});
