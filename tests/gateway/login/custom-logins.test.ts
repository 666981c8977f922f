import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { before, t, test } from "tap";
import { addSignOutJob } from "../../../gateway/users/sign-out-jobs.ts";
import { reserveNetwork } from "../../loopback.ts";
import { waitUntil } from "../../wait-until.ts";
import { createRequest } from "../oauth2/authorize.ts";
import { Browser } from "../oauth2/browser.ts";
import { issuer, password, StartedServer, signIn } from "../oauth2/started-server.ts";
import { describeGateway, StartedRole, startGateway } from "../started-gateway.ts";

const network = await reserveNetwork();

let server: StartedServer;
let directory: string;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), "gateway-login-"));
  server = await StartedServer.start(network);
});

t.teardown(async () => {
  await server?.stop();
  await rm(directory, { recursive: true, force: true });
});

const shared = { ISSUER: issuer, CLIENT_SECRET_KEY: "key-of-client-secrets-in-a-test" };

/** Runs the role `user` with a password on standard input. */
async function storeUser(password: string, ...args: string[]) {
  const main = join(import.meta.dirname, "../../../gateway/main.ts");
  const { exitCode, all } = await execa(process.execPath, [main, "user", ...args], {
    env: describeGateway(server.platform.testBed),
    input: `${password}\n`,
    all: true,
    stripFinalNewline: false,
    reject: false,
  });
  return { code: exitCode, output: all };
}

test("the role `user` registers a user, and resets a password, each with a required password choice", async () => {
  for (const password of ["first pass phrase", "second pass phrase"]) {
    const stored = await storeUser(password, "Hedy", "Hedy Lamarr", "hedy@example.test");
    assert.deepEqual(stored, { code: 0, output: "Hedy can sign in.\n" });
    const browser = server.browser();
    const page = await browser.open((await createRequest()).url);
    const next = await browser.submit(page, "/login", { name: "HEDY", password });
    assert.match(next.text, /<h1>Choose a new password/);
    const own = `${password} of my own`;
    const consent = await browser.submit(next, "/password", { new: own, again: own });
    assert.match(consent.text, /Signed in as <strong>Hedy Lamarr/);
  }
  const browser = server.browser();
  const page = await browser.open((await createRequest()).url);
  const old = await browser.submit(page, "/login", { name: "hedy", password: "first pass phrase" });
  assert.equal(old.status, 401);
});

test("a password that is too short, and no name, are refused", async () => {
  const short = await storeUser("short", "mary");
  assert.deepEqual(short, { code: 2, output: "The password must have at least 12 characters.\n" });
  assert.equal((await storeUser("long enough a password")).code, 2);
  const rows = await server.platform.testBed.database.query("SELECT 1 FROM users WHERE name = 'mary'");
  assert.equal(rows.length, 0);
});

test("the development login is marked on its pages and in the log", async (context) => {
  const gateway = await startGateway(`${network}.1.31`, server.platform.testBed, {
    ...shared,
    LOGIN: "development",
  });
  context.teardown(() => gateway.process.end());
  await waitUntil("the log says it at the start", () =>
    /"level":"warn".*Development login/.test(gateway.process.output),
  );
  const browser = new Browser(issuer, gateway.origin);
  const page = await browser.open((await createRequest()).url);
  assert.match(page.text, /class="notice">Development login: any user name is accepted/);
  const next = await browser.submit(page, "/login", { name: "dev", password: "development" });
  assert.match(next.text, /Development login/);
  assert.ok((await browser.submit(next, "/consent")).url.searchParams.get("code"));
});

const companyLogin = `
export default () => ({
  async check() { return undefined; },
  async findAccount(id) { return id === "c-1" ? { id, name: "Of the company" } : undefined; },
  async begin(returnTo) {
    const url = new URL("https://login.company.test/start");
    url.searchParams.set("back", returnTo.href);
    return url;
  },
  async complete(query) { return query.get("proof") === "right" ? { id: "c-1", name: "Of the company" } : undefined; },
});`;

test("if passwords are kept elsewhere none can be changed here", async (context) => {
  const gateway = await startGateway(`${network}.1.35`, server.platform.testBed, {
    ...shared,
    LOGIN: "development",
  });
  context.teardown(() => gateway.process.end());
  const browser = new Browser(issuer, gateway.origin);
  const page = await browser.open("/oauth2/password");
  assert.equal(page.status, 404);
  assert.match(page.text, /Passwords cannot be changed here/);
});

test("a company's own login replaces the page, and its response counts in the same browser only", async (context) => {
  const path = join(directory, "company.mjs");
  await writeFile(path, companyLogin);
  const gateway = await startGateway(`${network}.1.32`, server.platform.testBed, {
    ...shared,
    LOGIN: path,
  });
  context.teardown(() => gateway.process.end());
  const browser = new Browser(issuer, gateway.origin);
  const { url } = await browser.open((await createRequest()).url);
  assert.equal(url.origin, "https://login.company.test");
  const back = new URL(url.searchParams.get("back")!);
  assert.equal(back.origin, issuer);
  back.searchParams.set("proof", "wrong");
  assert.equal((await browser.open(back)).status, 401);
  back.searchParams.set("proof", "right");
  assert.equal((await new Browser(issuer, gateway.origin).open(back)).status, 400);
  const consent = await browser.open(back);
  assert.match(consent.text, /Of the company/);
  assert.ok((await signIn(browser, consent)).url.searchParams.get("code"));
});

test("a login that cannot be opened lets no user in and leaves everything else running", async (context) => {
  const gateway = await startGateway(`${network}.1.33`, server.platform.testBed, {
    ...shared,
    LOGIN: join(directory, "missing.mjs"),
  });
  context.teardown(() => gateway.process.end());
  const browser = new Browser(issuer, gateway.origin);
  const page = await browser.open((await createRequest()).url);
  assert.equal(page.status, 500);
  assert.doesNotMatch(page.text, /missing/);
  assert.match(gateway.process.output, /login failed to initialize/);
  const metadata = await fetch(`${gateway.origin}/.well-known/oauth-authorization-server`);
  await metadata.arrayBuffer();
  assert.equal(metadata.status, 200);
});

test("while the database is unavailable logins fail, and tokens are still checked", async () => {
  const { database } = server.platform.testBed;
  const { obtainTokens } = await import("../oauth2/authorize.ts");
  const { accessToken, refreshToken } = await obtainTokens(server);
  const browser = server.browser();
  const page = await browser.open((await createRequest()).url);
  await database.pause();
  try {
    const refused = await browser.submit(page, "/login", { name: "ada", password: "x" });
    assert.equal(refused.status, 503);
    assert.equal(await server.useToken(accessToken), 200);
    const refreshed = await server.post(
      "/oauth2/token",
      new URLSearchParams({ grant_type: "refresh_token", client_id: "app", refresh_token: refreshToken! }),
    );
    assert.deepEqual([refreshed.status, refreshed.json.error], [503, "temporarily_unavailable"]);
    assert.equal(refreshed.headers.get("retry-after"), "1");
  } finally {
    await database.resume();
  }
  const again = await server.post(
    "/oauth2/token",
    new URLSearchParams({ grant_type: "refresh_token", client_id: "app", refresh_token: refreshToken! }),
  );
  assert.equal(again.status, 200, again.text);
});

test("every role of the image is still known", async () => {
  const role = new StartedRole("nothing", `${network}.1.34`, {});
  await once(role.process.child, "close");
  assert.match(role.process.output, /user/);
});

/** Finding the account takes a while after the password check, as with a slow store. */
const slowLogin = `
let checked = 0;
export default () => ({
  async check(name) { checked = Date.now(); return { id: "slow-" + name, name }; },
  async findAccount(id) {
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, checked + 3000 - Date.now())));
    return { id, name: id };
  },
});`;

test("a sign-out during a login prevents that login", async (context) => {
  const path = join(directory, "slow.mjs");
  await writeFile(path, slowLogin);
  const { testBed } = server.platform;
  const gateway = await startGateway(`${network}.1.36`, testBed, { ...shared, LOGIN: path });
  context.teardown(() => gateway.process.end());
  const browser = new Browser(issuer, gateway.origin);
  const page = await browser.open((await createRequest()).url);
  const completed = browser.submit(page, "/login", { name: "eve", password: "any" });
  await new Promise((resolve) => setTimeout(resolve, 1500));
  await addSignOutJob(testBed.database as never, { accountId: "slow-eve", attemptsOf: null });
  const consent = await completed;
  await waitUntil("the sign-out is carried out", async () => {
    const rows = await testBed.database.query("SELECT 1 FROM sign_outs WHERE account_id = 'slow-eve'");
    return rows.length === 0;
  });
  await browser.submit(consent, "/consent").catch(() => {});
  const silent = await browser.open((await createRequest("app", { prompt: "none" })).url);
  assert.equal(silent.url.searchParams.get("error"), "login_required");
});

test("another spelling of a name is another name: it signs no user in and changes no password", async () => {
  assert.equal((await storeUser("quite another password", "ádá")).code, 2);
  for (const name of ["ádá", "äda", "a\u0308da", "\uff41da"]) {
    const browser = server.browser("10.9.8.7");
    const page = await browser.open((await createRequest()).url);
    const refused = await browser.submit(page, "/login", { name, password });
    assert.equal(refused.status, 401, name);
  }
});
