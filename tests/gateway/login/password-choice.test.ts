import assert from "node:assert/strict";
import { before, t, test } from "tap";
import { hashPassword } from "../../../gateway/users/password.ts";
import { reserveNetwork } from "../../loopback.ts";
import { createRequest, obtainTokens } from "../oauth2/authorize.ts";
import { type Browser, findForms, type Visited } from "../oauth2/browser.ts";
import { password, StartedServer, signIn } from "../oauth2/started-server.ts";

const network = await reserveNetwork();

let server: StartedServer;
/** Hashing is slow on purpose: all users get the same one. */
const given = "k7mfq-xw3pd-9hhva-t2ebn";
let givenHash: string;

before(async () => {
  server = await StartedServer.start(network);
  givenHash = await hashPassword(given);
});

t.teardown(() => server?.stop());

const own = "my cat eats three fish a day";

/** A user whose password an administrator set. */
async function add(name: string, columns: Record<string, unknown> = {}): Promise<string> {
  await server.platform.testBed.database.query("INSERT INTO users SET ?", [
    {
      ...{ user_id: `id-of-${name}`, name, password_hash: givenHash, display_name: `Person ${name}` },
      ...{ created_at: new Date(), must_choose_password: true, ...columns },
    },
  ]);
  return `id-of-${name}`;
}

async function readUser(name: string) {
  const [row] = await server.platform.testBed.database.query("SELECT * FROM users WHERE name = ?", [name]);
  return row!;
}

/** The page that follows the correct password. */
async function begin(name: string, browser = server.browser()): Promise<{ browser: Browser; page: Visited }> {
  const login = await browser.open((await createRequest()).url);
  return { browser, page: await browser.submit(login, "/login", { name, password: given }) };
}

const choose = (browser: Browser, page: Visited, password: string, again = password) =>
  browser.submit(page, "/password", { new: password, again });

const heading = (page: Visited) => /<h1>([^<]*)/.exec(page.text)?.[1];
const alert = (page: Visited) => /role="alert"[^>]*>([^<]*)/.exec(page.text)?.[1] ?? "";

test("a password that someone else set requires choosing another, followed by the consent", async () => {
  await add("grace");
  const { browser, page } = await begin("Grace");
  assert.equal(heading(page), "Choose a new password");
  assert.match(page.text, /value="grace" autocomplete="username" readonly/);
  assert.doesNotMatch(page.text, /<script/);
  assert.equal(page.headers.get("cache-control"), "no-store");
  const consent = await choose(browser, page, own);
  assert.match(consent.text, /Signed in as <strong>Person grace/);
  const code = (await browser.submit(consent, "/consent")).url.searchParams.get("code");
  assert.ok(code);
  const user = await readUser("grace");
  assert.deepEqual([user.must_choose_password, user.revision], [0, 2]);
  const [change] = await server.platform.testBed.database.query(
    "SELECT action, author, certificate FROM user_changes WHERE user_id = ?",
    [user.user_id],
  );
  assert.deepEqual({ ...change }, { action: "chose-password", author: "grace", certificate: null });
  const fresh = server.browser();
  const login = await fresh.open((await createRequest()).url);
  assert.equal((await fresh.submit(login, "/login", { name: "grace", password: given })).status, 401);
  assert.equal(heading(await fresh.submit(login, "/login", { name: "grace", password: own })), "Allow app?");
});

test("a user who is signed out during the password choice is not signed in", async () => {
  await add("patience");
  const { browser, page } = await begin("patience");
  // Like a sign-out: it changes nothing else of the user.
  await server.platform.testBed.database.query(
    "UPDATE users SET revision = revision + 1 WHERE name = 'patience'",
  );
  const late = await choose(browser, page, own);
  assert.equal(late.status, 409);
  assert.match(alert(late), /account was changed in the meantime/);
  assert.equal((await readUser("patience")).must_choose_password, 1);
});

test("without choosing a password the user is not signed in, whichever way is tried", async () => {
  await add("evader");
  const { browser, page } = await begin("evader");
  const path = page.url.pathname;
  // The address to which the library would redirect.
  const onward = path.replace("/interaction/", "/authorize/");
  const tried = await browser.open(onward);
  assert.equal(heading(tried), "Sign in");
  const consent = await begin("evader");
  const forced = await consent.browser.open(`${consent.page.url.pathname}/consent`, {
    method: "POST",
    body: new URLSearchParams(),
  });
  assert.equal(forced.status, 400);
  assert.equal(
    heading(await consent.browser.open(consent.page.url)),
    "Choose a new password",
    "loaded again",
  );
  const silent = await browser.open((await createRequest("app", { prompt: "none" })).url);
  assert.equal(silent.url.searchParams.get("error"), "login_required");
  assert.equal((await readUser("evader")).must_choose_password, 1);
  const { url } = await consent.browser.submit(consent.page, "/abort");
  assert.equal(url.searchParams.get("error"), "access_denied");
});

test("a password can be chosen only after the correct one", async () => {
  await add("target");
  const browser = server.browser();
  const login = await browser.open((await createRequest()).url);
  const forced = await browser.open(`${login.url.pathname}/password`, {
    method: "POST",
    body: new URLSearchParams({ new: own, again: own }),
  });
  assert.equal(forced.status, 409);
  assert.equal(heading(forced), "Sign in");
  const { page } = await begin("target");
  const otherBrowser = await server.browser().open(`${page.url.pathname}/password`, {
    method: "POST",
    body: new URLSearchParams({ new: own, again: own }),
  });
  assert.equal(otherBrowser.status, 400);
  assert.equal((await readUser("target")).must_choose_password, 1);
});

test("a cross-site form chooses no password", async () => {
  await add("framed");
  const { browser, page } = await begin("framed");
  const action = findForms(page).find((form) => form.action.pathname.endsWith("/password"))!.action;
  for (const headers of [
    { "sec-fetch-site": "cross-site" },
    { origin: "https://evil.test" },
    { origin: "null" },
  ])
    for (const to of [action, "/oauth2/password"]) {
      const body = new URLSearchParams({ name: "framed", password: given, new: own, again: own });
      const refused = await browser.open(to, { method: "POST", headers, body });
      assert.equal(refused.status, 403, `${JSON.stringify(headers)} ${to}`);
    }
  assert.equal((await readUser("framed")).must_choose_password, 1);
});

test("an unacceptable password is refused with the reason, and the choice continues", async () => {
  await add("picky", { display_name: "Picky Person", email: "somebody@example.test" });
  const { browser, page } = await begin("picky");
  const refusals: readonly (readonly [password: string, again: string, words: RegExp])[] = [
    ["elevenchars", "elevenchars", /has 11 characters; use at least 12/],
    ["", "", /has 0 characters/],
    [own, `${own}.`, /do not match/],
    ["password1234", "password1234", /too easy to guess/],
    ["picky-person-12", "picky-person-12", /too similar to your name/],
    [given, given, /current password/],
    ["x7 ".repeat(167), "x7 ".repeat(167), /at most 500 characters/],
    ['"><script>', '"><script>', /has 10 characters/],
  ];
  let current = page;
  for (const [wanted, again, words] of refusals) {
    current = await choose(browser, current, wanted, again);
    assert.equal(current.status, 422, wanted);
    assert.match(alert(current), words);
    assert.doesNotMatch(current.text, /<script/);
    for (const form of findForms(current))
      assert.ok(!form.fields.new && !form.fields.again, "nothing is repeated");
  }
  // The same letters can be typed as different code points.
  assert.equal(
    heading(await choose(browser, current, "Åsa's own phrase", "A\u030Asa's own phrase")),
    "Allow app?",
  );
});

test("of two concurrent choices one succeeds, and the other has to sign in again", async () => {
  await add("twice");
  const [one, two] = [await begin("twice"), await begin("twice")];
  const responses = await Promise.all([
    choose(one.browser, one.page, own),
    choose(two.browser, two.page, "another phrase of mine"),
  ]);
  assert.deepEqual(responses.map((response) => response.status).sort(), [200, 409]);
  const late = responses.find(({ status }) => status === 409)!;
  assert.equal(heading(late), "Sign in");
  assert.match(alert(late), /changed in the meantime/);
});

test("a password reset or a disabled user ends a pending choice", async () => {
  const { database } = server.platform.testBed;
  for (const [name, change] of [
    ["replaced", { password_hash: "scrypt$1$1$1$x$x" }],
    ["disabled", { disabled: true }],
  ] as const) {
    await add(name);
    const { browser, page } = await begin(name);
    await database.query("UPDATE users SET ? WHERE name = ?", [change, name]);
    assert.equal((await choose(browser, page, own)).status, 409, name);
    assert.equal((await readUser(name)).must_choose_password, 1);
  }
});

test("password changes are limited", async () => {
  await add("endless");
  const { browser, page } = await begin("endless");
  let last = page;
  for (let attempt = 0; attempt < 21; attempt++) last = await choose(browser, last, "short");
  assert.equal(last.status, 429);
  assert.ok(Number(last.headers.get("retry-after")) > 0);
  assert.match(alert(last), /Too many attempts/);
});

test("existing users need not choose a password", async () => {
  const browser = server.browser();
  const page = await browser.open((await createRequest()).url);
  assert.equal(heading(await browser.submit(page, "/login", { name: "ada", password })), "Allow app?");
});

test("the current password allows changing it, which ends everything obtained with it", async () => {
  const held = await obtainTokens(server);
  const session = server.browser();
  await signIn(session, await session.open((await createRequest()).url));
  assert.equal(await server.useToken(held.accessToken), 200);
  const browser = server.browser();
  const page = await browser.open("/oauth2/password");
  assert.equal(page.status, 200);
  assert.match(page.headers.get("content-security-policy")!, /default-src 'none'.*form-action 'self';/);
  const fields = { name: "Ada", password, new: own, again: own };
  const done = await browser.submit(page, "/oauth2/password", fields);
  assert.equal(heading(done), "Password changed");
  assert.equal(await server.useToken(held.accessToken), 401, "when the response is there");
  const refreshed = await server.post(
    "/oauth2/token",
    new URLSearchParams({ grant_type: "refresh_token", client_id: "app", refresh_token: held.refreshToken! }),
  );
  assert.equal(refreshed.json.error, "invalid_grant");
  const again = await session.open((await createRequest()).url);
  assert.equal(heading(again), "Sign in");
  const consent = await session.submit(again, "/login", { name: "ada", password: own });
  assert.ok((await session.submit(consent, "/consent")).url.searchParams.get("code"), "a login counts again");
  const back = await browser.submit(page, "/oauth2/password", {
    ...fields,
    password: own,
    new: password,
    again: password,
  });
  assert.equal(heading(back), "Password changed");
});

test("a change with a wrong password is refused, with the same message for an unknown user, and counted as a guess", async () => {
  await add("guarded", { must_choose_password: false });
  const wrong = { password: "wrong", new: own, again: own };
  const texts = [];
  for (const name of ["guarded", "nobody"]) {
    const browser = server.browser("198.51.100.7");
    const page = await browser.open("/oauth2/password");
    const refused = await browser.submit(page, "/oauth2/password", { ...wrong, name });
    assert.equal(refused.status, 401);
    texts.push(alert(refused));
    assert.equal(findForms(refused)[0]!.fields.password, "");
  }
  assert.equal(texts[0], texts[1]);
  let last = 0;
  for (let attempt = 0; attempt < 10; attempt++) {
    const browser = server.browser(`198.51.100.${attempt + 10}`);
    const page = await browser.open("/oauth2/password");
    last = (await browser.submit(page, "/oauth2/password", { ...wrong, name: "guarded" })).status;
  }
  assert.equal(last, 429);
  // The login counts the same failures.
  const { page } = await begin("guarded");
  assert.equal(page.status, 429);
});

test("an invalid form, and another method, are refused at the password change", async () => {
  const twice = await server.post("/oauth2/password", "name=ada&name=eve");
  assert.equal(twice.status, 400);
  const json = await server.post("/oauth2/password", "{}", { "content-type": "application/json" });
  assert.equal(json.status, 400);
  const response = await fetch(`${server.origin}/oauth2/password`, { method: "PUT" });
  await response.arrayBuffer();
  assert.equal(response.status, 405);
});

test("no password is in the log", async () => {
  const { output } = server.platform.gateway.process;
  for (const secret of [given, own, "password1234"]) assert.ok(!output.includes(secret));
});
