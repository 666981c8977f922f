import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import * as oauth from "oauth4webapi";
import * as openid from "openid-client";
import { pino } from "pino";
import { before, t, test } from "tap";
import { allowances, Throttle } from "../../../gateway/login/throttle.ts";
import { Primaries } from "../../../gateway/redis/primaries.ts";
import { hashPassword, matchesPassword } from "../../../gateway/users/password.ts";
import { reserveNetwork } from "../../loopback.ts";
import { authorize, createRequest, obtainTokens } from "../oauth2/authorize.ts";
import { findForms } from "../oauth2/browser.ts";
import { issuer, password, redirectUri, StartedServer, secret, signIn } from "../oauth2/started-server.ts";

const network = await reserveNetwork();

let server: StartedServer;

before(async () => {
  server = await StartedServer.start(network);
});

t.teardown(() => server?.stop());

test("pages have no script, cannot be framed or cached, and name their server", async () => {
  const browser = server.browser();
  const login = await browser.open((await createRequest("web")).url);
  const consent = await browser.submit(login, "/login", { name: "ada", password });
  for (const page of [login, consent]) {
    assert.equal(page.status, 200);
    assert.doesNotMatch(page.text, /<script|onclick|onload|javascript:/i);
    const policy = page.headers.get("content-security-policy")!;
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /frame-ancestors 'none'/);
    assert.match(policy, /form-action 'self' https:\/\/app\.test(;|$)/);
    assert.doesNotMatch(policy, /unsafe/);
    assert.equal(page.headers.get("x-frame-options"), "DENY");
    assert.equal(page.headers.get("cache-control"), "no-store");
    assert.match(page.text, /The Web Shop/);
  }
  assert.match(consent.text, /Ada Lovelace/);
  assert.match(consent.text, /Read what is verified/);
  assert.match(consent.text, /See your email address/);
});

test("cookies are bound to the host and to the page, and scripts cannot read them", async () => {
  const response = await fetch(`${server.origin}${(await createRequest()).url.href.slice(issuer.length)}`, {
    redirect: "manual",
  });
  const cookies = response.headers.getSetCookie();
  assert.ok(cookies.length >= 2);
  for (const cookie of cookies) {
    assert.match(cookie, /^__(Secure|Host)-/);
    assert.match(cookie, /httponly/i);
    assert.match(cookie, /secure/i);
    assert.match(cookie, /samesite=lax/i);
    assert.doesNotMatch(cookie, /domain=/i);
  }
  await response.arrayBuffer();
});

test("a signed-in user is not asked again unless the client requires it", async () => {
  const browser = server.browser();
  await authorize(server, await createRequest(), { browser });
  const direct = await browser.open((await createRequest()).url);
  assert.ok(direct.url.searchParams.get("code"));
  const silent = await browser.open((await createRequest("app", { prompt: "none" })).url);
  assert.ok(silent.url.searchParams.get("code"));
  const more = await browser.open((await createRequest("app", { scope: "openid verify:write" })).url);
  assert.match(more.text, /<h1>Allow/);
  const again = await browser.open((await createRequest("app", { prompt: "login" })).url);
  assert.match(again.text, /Sign in<\/h1>/);
  const fresh = await browser.open((await createRequest("app", { max_age: "0" })).url);
  assert.match(fresh.text, /Sign in<\/h1>/);
});

test("a wrong password and an unknown name get the same message", async () => {
  const texts = [];
  for (const name of ["ada", "nobody"]) {
    const browser = server.browser();
    const page = await browser.open((await createRequest()).url);
    const refused = await browser.submit(page, "/login", { name, password: "wrong" });
    assert.equal(refused.status, 401);
    const [form] = findForms(refused);
    assert.equal(form!.fields.name, name);
    assert.equal(form!.fields.password, "");
    texts.push(/class="error"[^>]*>([^<]*)/.exec(refused.text)?.[1]);
    // The same page still accepts the correct password.
    assert.ok((await signIn(browser, refused)).url.searchParams.get("code"));
  }
  assert.equal(texts[0], texts[1]);
  assert.ok(texts[0]);
});

test("user input stays text", async () => {
  const browser = server.browser();
  const page = await browser.open((await createRequest()).url);
  const refused = await browser.submit(page, "/login", {
    name: '"><script>alert(1)</script>',
    password: "x",
  });
  assert.doesNotMatch(refused.text, /<script/);
  const hinted = await server.browser().open((await createRequest("app", { login_hint: '"><script>x' })).url);
  assert.doesNotMatch(hinted.text, /<script/);
});

test("guesses at a user's password are limited from any address, and other users are not affected", async () => {
  const { database } = server.platform.testBed;
  await database.query(
    "INSERT INTO users (user_id, name, password_hash, display_name, created_at) SELECT 'person-2', 'grace', password_hash, 'Grace Hopper', created_at FROM users WHERE name = 'ada'",
  );
  for (let attempt = 0; attempt < 10; attempt++) {
    const browser = server.browser(`198.51.100.${attempt}`);
    const page = await browser.open((await createRequest()).url);
    assert.equal((await browser.submit(page, "/login", { name: "Grace", password: "wrong" })).status, 401);
  }
  const browser = server.browser("198.51.100.77");
  const page = await browser.open((await createRequest()).url);
  const refused = await browser.submit(page, "/login", { name: "grace", password });
  assert.equal(refused.status, 429);
  assert.ok(Number(refused.headers.get("retry-after")) > 0);
  assert.match(refused.text, /Too many attempts/);
  assert.ok((await signIn(browser, refused)).url.searchParams.get("code"));
});

test("concurrent correct attempts all succeed, even if they exceed the limit of wrong ones", async () => {
  const { host, port } = server.platform.testBed.redis;
  const primaries = new Primaries(
    { host, port, tls: false, commandTimeoutMs: 5000 },
    pino({ level: "silent" }),
  );
  await primaries.start();
  try {
    const throttle = new Throttle(primaries);
    let under = 0;
    let most = 0;
    const outcomes = await Promise.all(
      Array.from({ length: 40 }, async () => {
        const attempt = await throttle.begin(allowances.user, "many-at-once");
        if ("seconds" in attempt) return "refused";
        most = Math.max(most, ++under);
        await setImmediate();
        under--;
        await attempt.settle("right");
        return "right";
      }),
    );
    assert.deepEqual(new Set(outcomes), new Set(["right"]));
    assert.ok(most <= allowances.user.attempts, String(most));
  } finally {
    primaries.close();
  }
});

test("concurrent wrong attempts do not exceed the limit", async () => {
  const responses = await Promise.all(
    Array.from({ length: 25 }, async (_none, index) => {
      const browser = server.browser(`198.51.100.${index}`);
      const page = await browser.open((await createRequest()).url);
      return (await browser.submit(page, "/login", { name: "nobody.here", password: "wrong" })).status;
    }),
  );
  assert.equal(responses.filter((status) => status === 401).length, 10);
  assert.equal(responses.filter((status) => status === 429).length, 15);
});

test("attempts from a refused address lock no user out", async () => {
  const { database } = server.platform.testBed;
  await database.query(
    "INSERT INTO users (user_id, name, password_hash, display_name, created_at) SELECT 'person-8', 'joan', password_hash, 'Joan Clarke', created_at FROM users WHERE name = 'ada'",
  );
  const browser = server.browser("203.0.113.77");
  const page = await browser.open((await createRequest()).url);
  for (let attempt = 0; attempt < 50; attempt++)
    await browser.submit(page, "/login", { name: "", password: "x" });
  for (let attempt = 0; attempt < 12; attempt++)
    assert.equal((await browser.submit(page, "/login", { name: "joan", password: "wrong" })).status, 429);
  const elsewhere = server.browser("203.0.113.78");
  const fresh = await elsewhere.open((await createRequest()).url);
  assert.notEqual((await elsewhere.submit(fresh, "/login", { name: "joan", password })).status, 429);
});

test("a session without its account is invalid: the user signs in again, and a prompt=none request gets an error", async () => {
  const { database } = server.platform.testBed;
  await database.query(
    "INSERT INTO users (user_id, name, password_hash, display_name, created_at) SELECT 'person-9', 'rosa', password_hash, 'Rosa Parks', created_at FROM users WHERE name = 'ada'",
  );
  const browser = server.browser("203.0.113.90");
  const page = await browser.open((await createRequest()).url);
  const consent = await browser.submit(page, "/login", { name: "rosa", password });
  assert.match(consent.text, /Rosa Parks/);
  await database.query("UPDATE users SET disabled = 1 WHERE user_id = 'person-9'");
  const silent = await browser.open((await createRequest("app", { prompt: "none" })).url);
  assert.equal(silent.url.searchParams.get("error"), "login_required");
  const again = await browser.open((await createRequest()).url);
  assert.equal(again.status, 200);
  assert.match(again.text, /<input[^>]+type="password"/);
  assert.ok((await signIn(browser, again)).url.searchParams.get("code"));
});

test("a user who is disabled right after the correct password has to sign in again", async () => {
  const { database } = server.platform.testBed;
  await database.query(
    "INSERT INTO users (user_id, name, password_hash, display_name, created_at) SELECT 'person-10', 'lise', password_hash, 'Lise Meitner', created_at FROM users WHERE name = 'ada'",
  );
  const browser = server.browser("203.0.113.91");
  const page = await browser.open((await createRequest()).url);
  browser.beforeRedirection = () =>
    database.query("UPDATE users SET disabled = 1 WHERE user_id = 'person-10'");
  const next = await browser.submit(page, "/login", { name: "lise", password });
  assert.equal(next.status, 200, next.text);
  assert.match(next.text, /<input[^>]+type="password"/);
  // The next request removes the session of the missing account.
  const again = await browser.open((await createRequest()).url);
  assert.ok((await signIn(browser, again)).url.searchParams.get("code"));
});

test("one address cannot try many names", async () => {
  let last = 0;
  const browser = server.browser("203.0.113.9");
  const page = await browser.open((await createRequest()).url);
  for (let attempt = 0; attempt < 51; attempt++)
    last = (await browser.submit(page, "/login", { name: "", password: "x" })).status;
  assert.equal(last, 429);
  const other = server.browser("203.0.113.10");
  const fresh = await other.open((await createRequest()).url);
  assert.ok((await signIn(other, fresh)).url.searchParams.get("code"));
});

test("a form of another site, and one of another browser, are refused", async () => {
  const browser = server.browser();
  const page = await browser.open((await createRequest()).url);
  const action = findForms(page).find(({ action }) => action.pathname.endsWith("/login"))!.action;
  const body = () => new URLSearchParams({ name: "ada", password });
  for (const headers of [
    { "sec-fetch-site": "cross-site" },
    { origin: "https://evil.test" },
    { origin: "null" },
  ]) {
    const refused = await browser.open(action, { method: "POST", headers, body: body() });
    assert.equal(refused.status, 403, JSON.stringify(headers));
  }
  const otherBrowser = await server.browser().open(action, { method: "POST", body: body() });
  assert.equal(otherBrowser.status, 400);
  assert.match(otherBrowser.text, /started in another browser/);
});

test("an interaction of one request cannot complete another", async () => {
  const [mine, victim] = [server.browser(), server.browser()];
  const page = await mine.open((await createRequest()).url);
  const other = await victim.open((await createRequest()).url);
  // The attacker's page with the victim's cookies.
  const refused = await victim.open(page.url);
  assert.equal(refused.status, 400);
  assert.notEqual(page.url.href, other.url.href);
});

test("consent requires a login", async () => {
  const browser = server.browser();
  const page = await browser.open((await createRequest()).url);
  const path = page.url.pathname;
  const forced = await browser.open(`${path}/consent`, { method: "POST", body: new URLSearchParams() });
  assert.equal(forced.status, 400);
  const twice = await browser.open(`${path}/login`, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: `name=ada&name=eve&password=x`,
  });
  assert.equal(twice.status, 400);
  assert.equal((await browser.open(`${path}/nothing`)).status, 404);
  assert.equal((await browser.open(`${path}/return?account=ada`)).status, 400);
});

test("a user who denies consent is redirected back with the reason", async () => {
  const request = await createRequest();
  const browser = server.browser();
  const login = await browser.open(request.url);
  const consent = await browser.submit(login, "/login", { name: "ada", password });
  const { url } = await browser.submit(consent, "/abort");
  assert.throws(
    () => oauth.validateAuthResponse(server.metadata, { client_id: "app" }, url, request.state),
    (error: oauth.AuthorizationResponseError) => error.error === "access_denied",
  );
});

test("userinfo returns what the token's scopes allow, to that token only", async () => {
  const client = { client_id: "app" };
  const whole = await obtainTokens(server);
  const response = await oauth.userInfoRequest(server.metadata, client, whole.accessToken, server.options);
  const claims = await oauth.processUserInfoResponse(server.metadata, client, "person-1", response);
  assert.deepEqual(claims, { sub: "person-1", name: "Ada Lovelace", email: "ada@example.test" });
  const little = await obtainTokens(server, "app", { scope: "openid verify:read" });
  const less = await oauth.userInfoRequest(server.metadata, client, little.accessToken, server.options);
  assert.deepEqual(await less.json(), { sub: "person-1" });
  const none = await obtainTokens(server, "other", { scope: "verify:read" });
  const refused = await oauth.userInfoRequest(server.metadata, client, none.accessToken, server.options);
  assert.equal(refused.status, 403);
  for (const headers of [{}, { authorization: "Bearer unknown" }, { authorization: "Basic x" }]) {
    const refused = await fetch(`${server.origin}/oauth2/userinfo`, { headers });
    assert.equal(refused.status, 401);
    assert.match(refused.headers.get("www-authenticate")!, /^Bearer realm=/);
    await refused.arrayBuffer();
  }
  const twice = await fetch(`${server.origin}/oauth2/userinfo?access_token=${whole.accessToken}`, {
    headers: { authorization: `Bearer ${whole.accessToken}` },
  });
  assert.deepEqual([twice.status, await twice.json()], [400, { error: "invalid_request" }]);
});

test("a page of another origin may request userinfo, and reads a refusal", async () => {
  const { accessToken } = await obtainTokens(server);
  const origin = new URL(redirectUri).origin;
  const ask = async (method: string, headers: Record<string, string>) => {
    const response = await fetch(`${server.origin}/oauth2/userinfo`, {
      method,
      headers: { origin, ...headers },
    });
    return { status: response.status, headers: response.headers, body: await response.text() };
  };
  const preflight = await ask("OPTIONS", {
    "access-control-request-method": "GET",
    "access-control-request-headers": "authorization",
  });
  assert.equal(preflight.status, 204);
  assert.equal(preflight.headers.get("access-control-allow-origin"), "*");
  assert.match(preflight.headers.get("access-control-allow-headers")!, /authorization, dpop/);
  const told = await ask("GET", { authorization: `Bearer ${accessToken}` });
  assert.equal(JSON.parse(told.body).sub, "person-1");
  const refused = await ask("GET", { authorization: "Bearer unknown" });
  assert.equal(refused.status, 401);
  for (const { headers } of [told, refused]) {
    assert.equal(headers.get("access-control-allow-origin"), "*");
    assert.match(headers.get("access-control-expose-headers")!, /www-authenticate/);
    assert.equal(headers.get("access-control-allow-credentials"), null);
  }
  assert.equal((await ask("OPTIONS", {})).status, 405);
});

test("a page of a public client may request tokens, one of another origin may not read them", async () => {
  const preflight = async (origin: string) => {
    const response = await fetch(`${server.origin}/oauth2/token`, {
      method: "OPTIONS",
      headers: { origin, "access-control-request-method": "POST" },
    });
    return response.status;
  };
  assert.equal(await preflight(new URL(redirectUri).origin), 204);
  const ask = async (origin: string, id: string) => {
    const form = new URLSearchParams({ grant_type: "authorization_code", client_id: id, code: "x" });
    const { headers } = await server.post("/oauth2/token", form, { origin });
    return headers.get("access-control-allow-origin");
  };
  const own = new URL(redirectUri).origin;
  assert.equal(await ask(own, "app"), own);
  assert.equal(await ask("https://elsewhere.test", "app"), null);
  assert.equal(await ask(own, "web"), null);
});

test("openid-client completes the flow of a confidential client without special handling", async () => {
  const configuration = await openid.discovery(
    new URL(issuer),
    "web",
    { id_token_signed_response_alg: "ES256" },
    openid.ClientSecretBasic(secret),
    { [openid.customFetch]: server.fetch as openid.CustomFetch },
  );
  const verifier = openid.randomPKCECodeVerifier();
  const state = openid.randomState();
  const nonce = openid.randomNonce();
  const url = await openid.buildAuthorizationUrlWithPAR(configuration, {
    redirect_uri: redirectUri,
    scope: "openid profile verify:read offline_access",
    prompt: "consent",
    code_challenge: await openid.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state,
    nonce,
  });
  const browser = server.browser();
  const visited = await signIn(browser, await browser.open(url));
  const tokens = await openid.authorizationCodeGrant(configuration, visited.url, {
    pkceCodeVerifier: verifier,
    expectedState: state,
    expectedNonce: nonce,
    idTokenExpected: true,
  });
  assert.equal(tokens.claims()?.name, "Ada Lovelace");
  const info = await openid.fetchUserInfo(configuration, tokens.access_token, "person-1");
  assert.equal(info.name, "Ada Lovelace");
  const refreshed = await openid.refreshTokenGrant(configuration, tokens.refresh_token!);
  assert.equal(await server.useToken(refreshed.access_token), 200);
  const page = await browser.open(
    openid.buildEndSessionUrl(configuration, { id_token_hint: tokens.id_token! }),
  );
  await browser.submit(page, "/confirm", { logout: "yes" });
  // It requested offline access.
  assert.equal(await server.useToken(refreshed.access_token), 200);
});

test("another user signs in only after the first one is signed out, by a form and not by a script", async () => {
  const { database } = server.platform.testBed;
  await database.query(
    "INSERT INTO users (user_id, name, password_hash, display_name, created_at) SELECT 'person-3', 'mary', password_hash, 'Mary Ward', created_at FROM users WHERE name = 'ada'",
  );
  const browser = server.browser();
  await authorize(server, await createRequest(), { browser });
  const request = await createRequest("app", { prompt: "login" });
  const login = await browser.open(request.url);
  const between = await browser.submit(login, "/login", { name: "mary", password });
  assert.match(between.text, /<h1>Sign out first/);
  assert.doesNotMatch(between.text, /<script/);
  const consent = await browser.submit(between, "/confirm");
  assert.match(consent.text, /Signed in as <strong>Mary Ward/);
  assert.ok((await browser.submit(consent, "/consent")).url.searchParams.get("code"));
});

test("signing out without a session shows a page too, without a script", async () => {
  const browser = server.browser();
  const page = await browser.open("/oauth2/logout");
  assert.doesNotMatch(page.text, /<script/);
  assert.match((await browser.submit(page, "/confirm")).text, /<h1>Signed out/);
});

test("signing out redirects to no unregistered address", async () => {
  const browser = server.browser();
  await authorize(server, await createRequest(), { browser });
  for (const parameters of [
    { post_logout_redirect_uri: "https://evil.test/" },
    { post_logout_redirect_uri: "https://evil.test/", client_id: "app" },
    { post_logout_redirect_uri: redirectUri, client_id: "app" },
  ]) {
    const page = await browser.open(`/oauth2/logout?${new URLSearchParams(parameters)}`);
    assert.equal(page.url.origin, issuer);
    if (page.status === 400) continue;
    const done = await browser.submit(page, "/confirm", {});
    assert.equal(done.url.origin, issuer);
  }
});

test("signing out redirects to the application, at a registered address, by GET and by POST", async () => {
  const after = "https://app.test/signed-out?from=here";
  await server.platform.testBed.database.query(
    "UPDATE clients SET post_logout_redirect_uris = ? WHERE client_id = 'app'",
    [after],
  );
  await server.publish();
  for (const method of ["GET", "POST"]) {
    const browser = server.browser();
    const { response } = await obtainTokens(server);
    await authorize(server, await createRequest(), { browser });
    const parameters = new URLSearchParams({
      id_token_hint: response.id_token!,
      post_logout_redirect_uri: after,
      state: "s p",
    });
    const page =
      method === "GET"
        ? await browser.open(`/oauth2/logout?${parameters}`)
        : await browser.open("/oauth2/logout", { method, body: parameters });
    assert.match(page.text, /Sign out\?/);
    assert.match(page.headers.get("content-security-policy")!, /form-action 'self' https:\/\/app\.test;/);
    const done = await browser.submit(page, "/confirm", { logout: "yes" });
    assert.equal(done.url.href, `${after}&state=s+p`);
    const silent = await browser.open((await createRequest("app", { prompt: "none" })).url);
    assert.equal(silent.url.searchParams.get("error"), "login_required");
  }
});

test("a sign-out request with an invalid address, or of a removed client, still signs out", async () => {
  for (const parameters of [
    { post_logout_redirect_uri: "https://evil.test/", client_id: "app" },
    { post_logout_redirect_uri: "https://evil.test/", client_id: "nobody" },
    { post_logout_redirect_uri: "https://evil.test/" },
  ]) {
    const browser = server.browser();
    await authorize(server, await createRequest(), { browser });
    const page = await browser.open(`/oauth2/logout?${new URLSearchParams(parameters as never)}`);
    assert.equal(page.status, 200);
    assert.match(page.text, /is not registered for it/);
    assert.doesNotMatch(page.headers.get("content-security-policy")!, /evil/);
    const done = await browser.submit(page, "/confirm", { logout: "yes" });
    assert.match(done.text, /<h1>Signed out/);
    const silent = await browser.open((await createRequest("app", { prompt: "none" })).url);
    assert.equal(silent.url.searchParams.get("error"), "login_required");
  }
});

test("no password is in the log", async () => {
  assert.ok(!server.platform.gateway.process.output.includes(password));
});

test("a stored password matches only itself, in any Unicode form", async () => {
  const stored = await hashPassword("Åsa's secret phrase");
  assert.match(stored, /^scrypt\$32768\$8\$3\$/);
  assert.equal(await matchesPassword(stored, "A\u030Asa's secret phrase"), true);
  assert.equal(await matchesPassword(stored, "åsa's secret phrase"), false);
  assert.equal(await matchesPassword("plain", "plain"), false);
  assert.notEqual(await hashPassword("Åsa's secret phrase"), stored);
});
