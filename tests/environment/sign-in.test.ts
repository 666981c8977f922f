import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import * as oauth from "oauth4webapi";
import * as openid from "openid-client";
import { before, t, test } from "tap";
import { findChromium } from "../gateway/admin/started-browser.ts";
import { CommandHome } from "./command.ts";
import { type BrowserSteps, Insider, parseBrowserSteps } from "./insider.ts";
import { InsiderBrowser } from "./insider-browser.ts";

const name = "sign-in";
const deviceGrant = "urn:ietf:params:oauth:grant-type:device_code";
const executable = findChromium();
const skip = executable === undefined ? "Chromium is not on PATH, so the sign-in was not tested." : false;
const scope = "openid profile verify:read";
const chosenPassword = "brisk otter paints quiet harbours";

/**
 * While it uses port 443 of every address, the ingress gets another one, as on machines that reserve 443 for root.
 */
const neighbour = createServer();
/** An application on the user's machine (RFC 8252 section 7.3). */
const application = createHttpServer((_request, response) => {
  response.setHeader("content-type", "text/html").end("<link rel=icon href=data:,><h1>The application</h1>");
});

let home: CommandHome;
let steps: BrowserSteps;
let insider: Insider;
let browser: InsiderBrowser;
let password: string;
let redirectUri: string;
let secret: string;

before(async () => {
  neighbour.listen(443, "0.0.0.0");
  // If it cannot have the port, a kernel setting or another program reserves it.
  await once(neighbour, "listening").catch(() => undefined);
  home = new CommandHome();
  const up = await home.run("up", name);
  assert.equal(up.code, 0, up.stderr);
  steps = parseBrowserSteps(up.stdout);
  insider = new Insider(steps);
  application.listen(0, "127.0.0.1");
  await once(application, "listening");
  redirectUri = `http://127.0.0.1:${(application.address() as AddressInfo).port}/callback`;
  const entry = { scopes: ["verify:read"], redirectUris: [redirectUri] };
  await insider.addClient("app", { ...entry, public: true, grantTypes: ["authorization_code", deviceGrant] });
  secret = String(await insider.addClient("web", { ...entry, grantTypes: ["authorization_code"] }));
  password = await insider.addPerson("ada", "Ada Lovelace");
  if (executable !== undefined) browser = await InsiderBrowser.start(executable, steps);
});

t.teardown(async () => {
  await browser?.stop();
  await insider?.[Symbol.asyncDispose]();
  application.close();
  neighbour.close();
  const down = await home.run("down", name);
  home[Symbol.dispose]();
  assert.equal(down.code, 0, down.stderr);
});

const fetchAsInsider = { [oauth.customFetch]: (url: string, init: object) => insider.fetch(url, init) };

async function discover(): Promise<oauth.AuthorizationServer> {
  const issuer = new URL(steps.url);
  const response = await oauth.discoveryRequest(issuer, { algorithm: "oauth2", ...fetchAsInsider });
  return await oauth.processDiscoveryResponse(issuer, response);
}

const echo = () => new URL("/verify/echo", steps.url);

test("the address that up prints is the issuer, and the endpoints in its metadata are reachable", async () => {
  if (neighbour.listening) assert.notEqual(new URL(steps.url).port, "");
  const metadata = await discover();
  assert.equal(metadata.issuer, steps.url);
  const named = Object.entries(metadata).filter(([key]) => /_(endpoint|uri)$/.test(key));
  assert.ok(named.length >= 9, `${named.length} addresses`);
  for (const [key, value] of named) {
    const url = new URL(String(value));
    assert.equal(url.origin, steps.url, key);
    const isPage = /^(authorization|userinfo|end_session)_endpoint$|_uri$/.test(key);
    const form = { method: "POST", body: new URLSearchParams({ client_id: "app" }) };
    const { status } = await insider.fetch(url, isPage ? {} : form);
    assert.ok(status < 500 && ![403, 404, 405].includes(status), `${key} ${url}: ${status}`);
  }
});

test("a user signs in with Chromium, and openid-client redeems the code with a proof for that address", {
  skip,
}, async () => {
  const configuration = await openid.discovery(new URL(steps.url), "app", undefined, openid.None(), {
    [openid.customFetch]: (url, init) => insider.fetch(url, init),
  });
  const verifier = openid.randomPKCECodeVerifier();
  const [state, nonce] = [openid.randomState(), openid.randomNonce()];
  const address = openid.buildAuthorizationUrl(configuration, {
    redirect_uri: redirectUri,
    scope,
    code_challenge: await openid.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state,
    nonce,
  });
  const { page } = browser;
  await page.goto(address.href);
  await page.fill("input[name=name]", "ada");
  await page.fill("input[name=password]", password);
  await page.keyboard.press("Enter");
  await page.fill("input[name=new]", chosenPassword);
  await page.fill("input[name=again]", chosenPassword);
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Allow", exact: true }).click();
  await page.waitForURL(`${redirectUri}?**`);
  const DPoP = openid.getDPoPHandle(configuration, await openid.randomDPoPKeyPair());
  const checks = {
    pkceCodeVerifier: verifier,
    expectedState: state,
    expectedNonce: nonce,
    idTokenExpected: true,
  };
  const tokens = await openid.authorizationCodeGrant(configuration, new URL(page.url()), checks, undefined, {
    DPoP,
  });
  assert.equal(tokens.claims()?.iss, steps.url);
  const served = await openid.fetchProtectedResource(
    configuration,
    tokens.access_token,
    echo(),
    "GET",
    null,
    undefined,
    { DPoP },
  );
  assert.equal(served.status, 200);
  assert.deepEqual(browser.complaints, []);
});

test("the same session serves a confidential client of oauth4webapi, checked strictly", {
  skip,
}, async () => {
  const metadata = await discover();
  const client = { client_id: "web" };
  const [verifier, state] = [oauth.generateRandomCodeVerifier(), oauth.generateRandomState()];
  const address = new URL(String(metadata.authorization_endpoint));
  address.search = new URLSearchParams({
    ...client,
    response_type: "code",
    redirect_uri: redirectUri,
    scope,
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
  }).toString();
  const { page } = browser;
  await page.goto(address.href);
  await page.getByRole("button", { name: "Allow", exact: true }).click();
  await page.waitForURL(`${redirectUri}?**`);
  const code = oauth.validateAuthResponse(metadata, client, new URL(page.url()), state);
  const response = await oauth.authorizationCodeGrantRequest(
    metadata,
    client,
    oauth.ClientSecretBasic(secret),
    code,
    redirectUri,
    verifier,
    fetchAsInsider,
  );
  const tokens = await oauth.processAuthorizationCodeResponse(metadata, client, response, {
    requireIdToken: true,
  });
  await oauth.validateApplicationLevelSignature(metadata, response, fetchAsInsider);
  const info = await oauth.userInfoRequest(metadata, client, tokens.access_token, fetchAsInsider);
  const subject = String(oauth.getValidatedIdTokenClaims(tokens)?.sub);
  assert.equal((await oauth.processUserInfoResponse(metadata, client, subject, info)).name, "Ada Lovelace");
  assert.deepEqual(browser.complaints, []);
});

test("a device is authorized in Chromium at the address that it shows", { skip }, async () => {
  const metadata = await discover();
  const client = { client_id: "app" };
  const begun = await oauth.deviceAuthorizationRequest(
    metadata,
    client,
    oauth.None(),
    { scope: "verify:read" },
    fetchAsInsider,
  );
  const device = await oauth.processDeviceAuthorizationResponse(metadata, client, begun);
  assert.equal(new URL(device.verification_uri).origin, steps.url);
  const { page } = browser;
  await page.goto(device.verification_uri);
  await page.getByLabel("Code").fill(device.user_code);
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("button", { name: "Connect this device" }).click();
  // Native apps ask for consent each time (RFC 8252 section 8.6).
  await page.getByRole("button", { name: "Allow", exact: true }).click();
  await page.getByRole("heading", { name: "Device connected" }).waitFor();
  const response = await oauth.deviceCodeGrantRequest(
    metadata,
    client,
    oauth.None(),
    device.device_code,
    fetchAsInsider,
  );
  const tokens = await oauth.processDeviceCodeResponse(metadata, client, response);
  const headers = { authorization: `Bearer ${tokens.access_token}` };
  assert.equal((await insider.fetch(echo(), { headers })).status, 200);
  assert.deepEqual(browser.complaints, []);
});

test("the admin site opens in Chromium at the address that up prints", { skip }, async () => {
  const response = await browser.page.goto(steps.adminUrl);
  assert.equal(response?.status(), 200);
  assert.deepEqual(browser.complaints, []);
});
