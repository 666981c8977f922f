import assert from "node:assert/strict";
import { before, t, test } from "tap";
import { reserveNetwork } from "../../loopback.ts";
import { waitUntil } from "../../wait-until.ts";
import { createRequest, obtainTokens } from "../oauth2/authorize.ts";
import { issuer, StartedServer, signIn } from "../oauth2/started-server.ts";
import { type ReceivedResponse, StartedAdmin } from "./started-admin.ts";

const block = await reserveNetwork();
let server: StartedServer;
let admin: StartedAdmin;

before(async () => {
  server = await StartedServer.start(block);
  admin = await StartedAdmin.startOn(server.platform.testBed.database, block);
});
t.teardown(async () => {
  await admin?.stop();
  await server?.stop();
});

interface User {
  readonly id: string;
  readonly name: string;
  readonly displayName: string;
  readonly email: string | null;
  readonly disabled: boolean;
  readonly revision: number;
}

const readUser = (response: ReceivedResponse) => response.body.user as unknown as User;

async function create(profile: Record<string, unknown>) {
  const response = await admin.call("/api/users", { method: "POST", json: profile });
  assert.equal(response.status, 201, response.text);
  return { user: readUser(response), password: String(response.body.password), response };
}

async function act(
  id: string,
  action: string,
  { as = "operator", basedOn }: { as?: string; basedOn?: number } = {},
) {
  const revision = basedOn ?? readUser(await admin.call(`/api/users/${id}`)).revision;
  const path = action === "remove" ? `/api/users/${id}` : `/api/users/${id}/${action}`;
  const query = `?basedOn=${revision}`;
  return action === "remove"
    ? admin.call(path + query, { method: "DELETE", as })
    : admin.call(path + query, { method: "POST", json: {}, as });
}

/** As if the user had chosen this password: the first login with a generated one is tested elsewhere. */
async function adopt({ id }: User): Promise<void> {
  const { database } = server.platform.testBed;
  await database.query("UPDATE users SET must_choose_password = FALSE WHERE user_id = ?", [id]);
}

/** The login page's response to this name and password. */
async function tryLogin(name: string, password: string): Promise<string> {
  const browser = server.browser();
  const page = await browser.open((await createRequest()).url);
  const next = await browser.submit(page, "/login", { name, password });
  return /<h1>([^<]*)/.exec(next.text)?.[1] ?? next.text;
}

const refresh = (token: string) =>
  server.post(
    "/oauth2/token",
    new URLSearchParams({ grant_type: "refresh_token", client_id: "app", refresh_token: token }),
  );

test("a user is registered with a generated password, and signs in with it", async () => {
  const { user, password, response } = await create({
    name: "Grace",
    displayName: "Grace Hopper",
    email: "grace@example.test",
  });
  assert.match(password, /^(?:[a-z2-9]{5}-){3}[a-z2-9]{5}$/);
  assert.deepEqual(
    [user.name, user.displayName, user.revision, user.disabled],
    ["grace", "Grace Hopper", 1, false],
  );
  assert.match(await tryLogin("grace", password), /^Choose a new password/);
  assert.match(await tryLogin("grace", "a password that she has not"), /^Sign in/);
  assert.doesNotMatch(response.text, /scrypt|hash/);
  for (const path of [
    `/api/users/${user.id}`,
    "/api/users",
    "/api/user-changes",
    `/users/${user.id}`,
    "/users",
  ]) {
    const { text } = await admin.call(path);
    assert.ok(!text.includes(password) && !/scrypt\$/.test(text), path);
  }
  assert.ok(!admin.role.process.output.includes(password));
  assert.ok(!admin.role.process.output.includes("grace@example.test"), "who it is stays out of the log");
});

test("a chosen password stays until an administrator sets another, and the site shows which it is", async () => {
  const { user, password } = await create({ name: "chooser" });
  const look = async () => {
    const { body } = await admin.call(`/api/users/${user.id}`);
    const { changes, user: now } = body as unknown as {
      user: User & { mustChoosePassword: boolean };
      changes: { action: string; author: string; certificate: string | null }[];
    };
    return { must: now.mustChoosePassword, revision: now.revision, last: changes[0]! };
  };
  assert.equal((await look()).must, true);
  assert.match((await admin.call(`/users/${user.id}`)).text, /must choose a new one at the next sign-in/);
  const browser = server.browser();
  const login = await browser.open((await createRequest()).url);
  const page = await browser.submit(login, "/login", { name: "chooser", password });
  const chosen = "a phrase of the user's own";
  const consent = await browser.submit(page, "/password", { new: chosen, again: chosen });
  assert.match(consent.text, /<h1>Allow/);
  const { must, revision, last } = await look();
  assert.deepEqual([must, revision], [false, 2]);
  assert.deepEqual([last.action, last.author, last.certificate], ["chose-password", "chooser", null]);
  const { text } = await admin.call(`/users/${user.id}`);
  assert.match(text, /Password changed by user<\/th>\s*<td[^>]* data-title="Changed by">the user</);
  assert.doesNotMatch(text, /must choose a new one/);
  assert.match(await tryLogin("chooser", chosen), /^Allow/);
  assert.equal((await act(user.id, "password", { basedOn: 1 })).body.code, "DMM_ADMIN_USER_STALE");
  assert.equal((await act(user.id, "password")).status, 200);
  assert.equal((await look()).must, true);
  assert.match(await tryLogin("chooser", chosen), /^Sign in/);
});

test("a disabled user's access token, refresh token and session have ended when the response arrives", async () => {
  const held = await obtainTokens(server);
  const browser = server.browser();
  await signIn(browser, await browser.open((await createRequest()).url));
  const machine = await server.post(
    "/oauth2/token",
    new URLSearchParams({ grant_type: "client_credentials", scope: "verify:read" }),
    { authorization: `Basic ${btoa("verifier:verifier-secret-of-a-test")}` },
  );
  assert.equal(await server.useToken(held.accessToken), 200);
  const disabled = await act("person-1", "disable");
  assert.equal(disabled.status, 200, disabled.text);
  assert.deepEqual([readUser(disabled).disabled, disabled.body.signedOut], [true, true]);
  assert.equal(await server.useToken(held.accessToken), 401);
  assert.equal((await refresh(held.refreshToken!)).json.error, "invalid_grant");
  assert.match((await browser.open((await createRequest()).url)).text, /Sign in<\/h1>/);
  assert.match(await tryLogin("ada", "correct horse battery staple"), /^Sign in/);
  assert.equal(await server.useToken(String(machine.json.access_token)), 200, "a machine's token lives on");
  assert.equal((await act("person-1", "enable")).status, 200);
  assert.equal(await server.useToken(held.accessToken), 401, "no user is restored");
  assert.match((await browser.open((await createRequest()).url)).text, /Sign in<\/h1>/);
  const again = await obtainTokens(server);
  assert.equal(await server.useToken(again.accessToken), 200, "a login counts again");
});

test("a login that began before a sign-out does not survive it", async () => {
  const { user, password } = await create({ name: "mallory" });
  await adopt(user);
  const browser = server.browser();
  const page = await browser.open((await createRequest()).url);
  // The response to the login, before the browser continues.
  const form = /action="([^"]*\/login)"/.exec(page.text)![1]!;
  const cookies = (at: string) =>
    browser.cookies
      .filter(({ path }) => at.startsWith(path))
      .map(({ name, value }) => `${name}=${value}`)
      .join("; ");
  const response = await fetch(server.origin + form, {
    method: "POST",
    redirect: "manual",
    headers: { cookie: cookies(form), origin: issuer, "sec-fetch-site": "same-origin" },
    body: new URLSearchParams({ name: "mallory", password }),
  });
  const onward = response.headers.get("location")!;
  assert.equal(response.status, 303);
  assert.equal((await act(user.id, "password")).body.signedOut, true);
  const resumed = await browser.open(onward);
  // The next page cannot be used: its session is gone.
  const after = resumed.text.includes("<h1>Allow") ? await browser.submit(resumed, "/consent") : resumed;
  assert.equal(after.url.searchParams.get("code"), null);
  assert.doesNotMatch(after.text, /<h1>Allow/);
});

test("a reset password ends what the old one obtained, and unlocks the account", async () => {
  const { user, password } = await create({ name: "hedy" });
  for (let attempts = 0; attempts < 11; attempts++) await tryLogin("hedy", "wrong");
  assert.match(await tryLogin("hedy", password), /^Sign in/, "locked out");
  const response = await act(user.id, "password");
  assert.match(await tryLogin("hedy", password), /^Sign in/);
  assert.match(await tryLogin("hedy", String(response.body.password)), /^Choose a new password/);
});

test("a removed user's sessions and tokens end, and the name can be reused", async () => {
  const first = await create({ name: "joan" });
  assert.equal((await act(first.user.id, "remove")).status, 200);
  assert.equal((await admin.call(`/api/users/${first.user.id}`)).status, 404);
  const second = await create({ name: "joan" });
  assert.notEqual(second.user.id, first.user.id);
  assert.match(await tryLogin("joan", first.password), /^Sign in/);
  const { changes } = (await admin.call("/api/user-changes")).body as unknown as {
    changes: { action: string; userId: string; author: string; certificate: string }[];
  };
  const removed = changes.find(({ action }) => action === "removed")!;
  assert.deepEqual(
    [removed.userId, removed.author, removed.certificate],
    [first.user.id, "operator", "6A86CE563A2D3E60D70BE3A41A5ED94E"],
  );
});

test("a user is disabled even if no gateway is reachable, and gateways complete the job later", async () => {
  const { accessToken } = await obtainTokens(server);
  const { database } = server.platform.testBed;
  const [gateway] = await database.query("SELECT port FROM gateways WHERE state = 'serving'");
  await database.query("UPDATE gateways SET port = 9");
  const disabled = await act("person-1", "disable");
  await database.query("UPDATE gateways SET port = ?", [gateway?.port]);
  assert.deepEqual([disabled.status, disabled.body.signedOut], [200, false]);
  await waitUntil("the order is carried out", async () => (await server.useToken(accessToken)) === 401);
  const { text } = await admin.call(`/users/person-1?done=${readUser(disabled).revision}`);
  assert.match(text, /All their sessions and tokens have ended/);
  assert.equal((await act("person-1", "enable")).status, 200);
});

test("of two concurrent edits of a user the second gets a conflict with the first", async () => {
  const { user } = await create({ name: "contested" });
  const [one, two] = await Promise.all([
    act(user.id, "disable", { basedOn: 1 }),
    act(user.id, "password", { basedOn: 1 }),
  ]);
  assert.deepEqual([one.status, two.status].sort(), [200, 409]);
  const stale = one.status === 409 ? one : two;
  assert.equal(stale.body.code, "DMM_ADMIN_USER_STALE");
  assert.equal(
    (stale.body.conflict as unknown as { changes: { author: string }[] }).changes[0]?.author,
    "operator",
  );
});

const wrong: readonly (readonly [what: string, profile: Record<string, unknown>, status: number])[] = [
  ["no name", { name: "" }, 400],
  ["a name with a space", { name: "ada lovelace" }, 422],
  ["a name that is taken, in other letters", { name: "ADA" }, 422],
  ["a name that looks like another", { name: "\u0430da" }, 422],
  ["a display name that turns around what follows", { name: "rtl", displayName: "Ada \u202eecalevoL" }, 422],
  ["a display name with a zero-width space", { name: "zero", displayName: "A\u200bda" }, 422],
  ["an e-mail address that is none", { name: "mail", email: "ada" }, 422],
  ["a password of the administrator's choice", { name: "chosen", password: "Winter2026!" }, 400],
  ["a display name that is too long", { name: "long", displayName: "x".repeat(201) }, 400],
];
for (const [what, profile, status] of wrong)
  test(`${what} is refused`, async () => {
    const response = await admin.call("/api/users", { method: "POST", json: profile });
    assert.equal(response.status, status, response.text);
    const { count } = (await admin.call(`/api/users?find=${encodeURIComponent(String(profile.name))}`)).body;
    if (profile.name !== "" && !/ada/i.test(String(profile.name))) assert.equal(count, 0);
  });

test("display names may be in any language", async () => {
  for (const [index, displayName] of ["ادا لاولیس", "می\u200cخواهم", "👩‍🚀 Ada", "Žofie"].entries()) {
    const { user } = await create({ name: `lang${index}`, displayName });
    assert.equal(user.displayName, displayName.normalize("NFC"));
  }
});

test("a viewer reads users and changes none", async () => {
  const { user } = await create({ name: "watched" });
  assert.equal((await admin.call(`/api/users/${user.id}`, { as: "alice" })).status, 200);
  for (const action of ["password", "disable", "enable", "sign-out", "remove"])
    assert.equal(
      (await act(user.id, action, { as: "alice" })).body.code,
      "DMM_ADMIN_ROLE_INSUFFICIENT",
      action,
    );
  const { text } = await admin.call(`/users/${user.id}`, { as: "alice" });
  assert.doesNotMatch(text, /<button|\/disable"/);
});

test("a hundred thousand users are searched and paged", async () => {
  const { database } = server.platform.testBed;
  await database.query(
    `INSERT INTO users (user_id, name, password_hash, display_name, email, created_at)
     SELECT CONCAT('bulk-', seq), CONCAT('bulk', LPAD(seq, 6, '0')), '', CONCAT('Person 100% ', seq), CONCAT('p', seq, '@example.test'), UTC_TIMESTAMP(3)
     FROM seq_1_to_100000`,
  );
  const first = (await admin.call("/api/users?find=bulk&limit=50")).body as unknown as {
    count: number;
    users: User[];
    next: string;
  };
  assert.deepEqual([first.count, first.users.length, first.next], [100_000, 50, "bulk000050"]);
  const second = (await admin.call(`/api/users?find=bulk&limit=50&after=${first.next}`)).body as unknown as {
    users: User[];
  };
  assert.equal(second.users[0]?.name, "bulk000051");
  const last = (await admin.call("/api/users?find=bulk&limit=50&after=bulk099990")).body as unknown as {
    users: User[];
    next?: string;
  };
  assert.deepEqual([last.users.length, last.next], [10, undefined]);
  const found = (await admin.call(`/api/users?find=${encodeURIComponent("100% 77777")}`)).body as unknown as {
    count: number;
  };
  assert.equal(found.count, 1, "signs of patterns are letters like others");
  const { text } = await admin.call("/users?find=bulk&state=enabled&after=bulk000050");
  assert.match(text, /100,000 users found/);
  assert.match(text, /href="\/users\?find=bulk&amp;state=enabled&amp;after=bulk000100"/);
});
