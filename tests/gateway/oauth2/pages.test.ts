import assert from "node:assert/strict";
import * as oauth from "oauth4webapi";
import { type Browser, chromium, type Page } from "playwright-core";
import { before, t, test } from "tap";
import { hashPassword } from "../../../gateway/users/password.ts";
import { reserveNetwork } from "../../loopback.ts";
import { findChromium } from "../admin/started-browser.ts";
import { createRequest } from "./authorize.ts";
import { issuer, password, redirectUri, StartedServer, secret } from "./started-server.ts";
import { TlsProxy } from "./tls-proxy.ts";

const network = await reserveNetwork();

const executablePath = findChromium();
const skip = executablePath === undefined ? "there is no chromium on PATH" : false;
/** Folder for screenshots of the pages, if set. */
const pictures = process.env.PICTURES;

let server: StartedServer;
let proxy: TlsProxy;
let browser: Browser;

before(async () => {
  if (executablePath === undefined) return;
  server = await StartedServer.start(network);
  proxy = await TlsProxy.start(`${network}.1.40`, issuer, server.origin);
  browser = await chromium.launch({
    executablePath,
    args: [
      "--no-sandbox",
      "--ignore-certificate-errors",
      `--host-resolver-rules=MAP api.test:443 ${proxy.host}:${proxy.port}, MAP app.test:443 ${proxy.host}:${proxy.port}`,
    ],
  });
});

t.teardown(async () => {
  await browser?.close();
  await proxy?.stop();
  await server?.stop();
});

interface Look {
  readonly colorScheme: "light" | "dark";
  readonly width: number;
}

/** A page without scripts, at a size and in a colour scheme; any error of the browser fails the test. */
async function openPage({ colorScheme, width }: Look): Promise<{ page: Page; complaints: string[] }> {
  const context = await browser.newContext({
    colorScheme,
    viewport: { width, height: 760 },
    javaScriptEnabled: false,
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    // A refused password is a 401 or 422, which the browser reports.
    if (!/status of (?:401|422)/.test(message.text())) complaints.push(message.text());
  });
  page.on("requestfailed", (request) => complaints.push(`${request.url()} ${request.failure()?.errorText}`));
  return { page, complaints };
}

async function look(page: Page, name: string): Promise<void> {
  const { width, client } = await page.locator("html").evaluate((root) => ({
    width: root.scrollWidth,
    client: root.clientWidth,
  }));
  assert.ok(width <= client, `${name} is ${width} wide on ${client}`);
  if (pictures !== undefined) await page.screenshot({ path: `${pictures}/${name}.png`, fullPage: true });
}

const shapes: Readonly<Record<string, Look>> = {
  "a phone in light": { colorScheme: "light", width: 360 },
  "a phone in dark": { colorScheme: "dark", width: 360 },
  "a wide screen": { colorScheme: "light", width: 1280 },
};

for (const [name, shape] of Object.entries(shapes))
  test(`without scripts, on ${name}, a user signs in, consents, authorizes a device and signs out`, {
    skip,
  }, async () => {
    const { page, complaints } = await openPage(shape);
    const picture = (step: string) => look(page, `${shape.colorScheme}-${shape.width}-${step}`);
    const request = await createRequest("web");
    await page.goto(request.url.href);
    await picture("login");
    await page.keyboard.type("ada");
    await page.keyboard.press("Tab");
    await page.keyboard.type("wrong");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").waitFor();
    await picture("login-refused");
    assert.equal(await page.getByLabel("User name").inputValue(), "ada");
    // The next field to fill has the focus.
    await page.keyboard.type(password);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Allow The Web Shop?" }).waitFor();
    await picture("consent");
    await page.getByRole("button", { name: "Allow", exact: true }).click();
    await page.waitForURL(`${redirectUri}?**`);
    const code = oauth.validateAuthResponse(
      server.metadata,
      { client_id: "web" },
      new URL(page.url()),
      request.state,
    );
    assert.ok(code.get("code"));

    const response = await oauth.deviceAuthorizationRequest(
      server.metadata,
      { client_id: "web" },
      oauth.ClientSecretBasic(secret),
      { scope: "verify:read" },
      server.options,
    );
    const device = await oauth.processDeviceAuthorizationResponse(
      server.metadata,
      { client_id: "web" },
      response,
    );
    await page.goto(device.verification_uri);
    await picture("device");
    await page.getByLabel("Code").fill(device.user_code);
    await page.getByRole("button", { name: "Continue" }).click();
    await picture("device-confirmation");
    await page.getByRole("button", { name: "Connect this device" }).click();
    await page.getByRole("heading", { name: "Device connected" }).waitFor();
    await picture("device-connected");

    await page.goto(`${issuer}/oauth2/logout`);
    await picture("logout");
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Signed out" }).waitFor();
    await page.goto(`${issuer}/oauth2/authorize?client_id=nobody`);
    await picture("error");
    assert.deepEqual(
      complaints.filter((text) => !text.includes("status of 400")),
      [],
    );
    await page.context().close();
  });

const given = "k7mfq-xw3pd-9hhva-t2ebn";

/** A browser sets the focus after layout, which may be after the page is visible. */
async function waitForFocus(page: Page, label: string): Promise<void> {
  await page.getByLabel(label, { exact: true }).and(page.locator(":focus")).waitFor();
}

for (const [name, shape] of Object.entries(shapes))
  test(`without scripts, on ${name}, a user chooses a password in place of a given one, and changes it later`, {
    skip,
  }, async () => {
    const user = `grace.${shape.colorScheme}.${shape.width}`;
    await server.platform.testBed.database.query("INSERT INTO users SET ?", [
      {
        ...{ user_id: user, name: user, display_name: "Grace Hopper", created_at: new Date() },
        ...{ password_hash: await hashPassword(given), must_choose_password: true },
      },
    ]);
    const { page, complaints } = await openPage(shape);
    const picture = (step: string) => look(page, `${shape.colorScheme}-${shape.width}-${step}`);
    await page.goto((await createRequest("web")).url.href);
    await waitForFocus(page, "User name");
    await page.keyboard.type(user);
    await page.keyboard.press("Tab");
    await page.keyboard.type(given);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Choose a new password" }).waitFor();
    await picture("password-choice");
    await waitForFocus(page, "New password");
    await page.keyboard.type("password1234");
    await page.keyboard.press("Tab");
    await page.keyboard.type("password1234");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").waitFor();
    await picture("password-choice-refused");
    assert.match(await page.title(), /^Error: /);
    const own = "three fish for my cat";
    await waitForFocus(page, "New password");
    await page.keyboard.type(own);
    await page.keyboard.press("Tab");
    await page.keyboard.type(own);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Allow The Web Shop?" }).waitFor();
    await page.goto(`${issuer}/oauth2/password`);
    await picture("password-change");
    await waitForFocus(page, "User name");
    await page.keyboard.type(user);
    for (const text of ["not this one", "four fish for my cat", "four fish for my cat"]) {
      await page.keyboard.press("Tab");
      await page.keyboard.type(text);
    }
    await page.keyboard.press("Enter");
    await page.getByRole("alert").waitFor();
    await picture("password-change-refused");
    await waitForFocus(page, "Current password");
    for (const text of [own, "four fish for my cat", "four fish for my cat"]) {
      await page.keyboard.type(text);
      await page.keyboard.press("Tab");
    }
    await page.getByRole("button", { name: "Change password" }).click();
    await page.getByRole("heading", { name: "Password changed" }).waitFor();
    await picture("password-changed");
    assert.deepEqual(complaints, []);
    await page.context().close();
  });
