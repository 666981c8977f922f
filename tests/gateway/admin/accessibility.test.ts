import assert from "node:assert/strict";
import axe from "axe-core";
import type { Page } from "playwright-core";
import { test } from "tap";
import { renderConsent } from "../../../gateway/login/consent-page.ts";
import {
  renderDeviceConfirmation,
  renderDeviceConnected,
  renderDeviceInput,
} from "../../../gateway/login/device-page.ts";
import { renderLogin } from "../../../gateway/login/login-page.ts";
import { showPage } from "../../../gateway/login/page.ts";
import {
  renderPasswordChange,
  renderPasswordChanged,
  renderPasswordChoice,
} from "../../../gateway/login/password-page.ts";
import { renderError, renderLoggedOut, renderLogout } from "../../../gateway/login/plain-pages.ts";
import type { Html } from "../../../gateway/page/html.ts";
import { reserveNetwork } from "../../loopback.ts";
import { StartedAdmin } from "./started-admin.ts";
import { findChromium, StartedBrowser } from "./started-browser.ts";

const network = await reserveNetwork();

const executable = findChromium();
const skip = executable === undefined ? "Chromium is not on PATH, so no page was judged." : false;
const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const desktop = { width: 1280, height: 860 };
const phone = { width: 390, height: 844 };

test("accessibility", { skip }, async (t) => {
  let admin: StartedAdmin;
  let browser: StartedBrowser;
  const paths: string[] = [];

  t.before(async () => {
    admin = await StartedAdmin.start(network);
    browser = await StartedBrowser.start(executable!);
    paths.push(...(await fill(admin)));
  });
  t.teardown(async () => {
    await browser?.stop();
    await admin?.stop();
  });

  /** By evaluation, which the pages' policy allows; it would block a script tag. */
  async function judge(page: Page, rules?: readonly string[]): Promise<string[]> {
    await page.evaluate(axe.source);
    const options = { resultTypes: ["violations"], runOnly: rules ?? tags };
    const { violations } = (await page.evaluate(
      `axe.run(document, ${JSON.stringify(options)})`,
    )) as axe.AxeResults;
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`),
    );
  }

  t.test("no page of the admin site violates WCAG 2.2 AA, in light colours at desktop size", async () => {
    const page = await browser.open("operator", { viewport: desktop });
    for (const path of paths) {
      const response = await page.goto(admin.origin + path);
      assert.equal(response?.status(), path === "/nothing" ? 404 : 200, path);
      assert.deepEqual(await judge(page), [], path);
    }
    await page.context().close();
  });

  t.test("every text is readable in dark colours, and every target can be hit on a phone", async () => {
    const page = await browser.open("operator", { viewport: phone, colorScheme: "dark", hasTouch: true });
    for (const path of paths) {
      await page.goto(admin.origin + path);
      assert.deepEqual(await judge(page, ["color-contrast", "target-size"]), [], path);
      assert.deepEqual(await page.evaluate(findSmall), [], path);
      assert.deepEqual(await page.evaluate(findPaleEdges), [], path);
    }
    await page.context().close();
  });

  t.test("refusals are announced accessibly", async () => {
    const page = await browser.open("operator", { viewport: desktop });
    await page.goto(`${admin.origin}/new/routes`);
    await page.fill("#field-name", "with space");
    await page.click("form.editor button[type=submit]");
    assert.deepEqual(await judge(page), [], "problems");
    await page.goto(`${admin.origin}/new/users`);
    await page.click("form.editor button[type=submit]");
    assert.deepEqual(await judge(page), [], "problems of a user");
    await page.fill("#field-name", "somebody");
    await page.click("form.editor button[type=submit]");
    assert.deepEqual(await judge(page), [], "a password that is shown once");
    await page.goto(`${admin.origin}/scopes/verify:read`);
    await admin.call(`/api/scopes/other?basedOn=${await admin.readVersion()}`, { method: "PUT", json: {} });
    await page.fill("#field-description", "Changed");
    await page.click("form.editor button[type=submit]");
    assert.match((await page.textContent("#conflict")) ?? "", /Nothing was saved/);
    assert.deepEqual(await judge(page), [], "a conflict");
    await page.context().close();
  });

  for (const colorScheme of ["light", "dark"] as const)
    t.test(`the pages of login, consent and devices violate no rule in ${colorScheme} colours`, async () => {
      const page = await browser.open("operator", { viewport: phone, colorScheme });
      for (const [title, content] of Object.entries(loginPages)) {
        await page.setContent(renderLoginPage(title, content));
        assert.deepEqual(await judge(page), [], title);
        assert.equal(await page.evaluate(readOverhang), 0, title);
        assert.deepEqual(await page.evaluate(findSmall), [], title);
      }
      await page.context().close();
    });
});

/** Data of every kind, and the pages that show it. */
async function fill(admin: StartedAdmin): Promise<string[]> {
  const put = async (path: string, json: unknown) =>
    admin.call(`${path}?basedOn=${await admin.readVersion()}`, { method: "PUT", json });
  const longest = "point-of-sale-terminals.northern-region.franchise-partners.".padEnd(99, "x");
  await put(`/api/upstreams/${longest}`, {
    targets: [{ origin: "http://10.0.0.1:80", weight: 0 }, { origin: "http://10.0.0.2:80" }],
  });
  await put(`/api/scopes/${longest}`, { description: "x".repeat(300) });
  await put(`/api/routes/${longest}`, {
    methods: ["GET", "POST"],
    path: `/${"long".repeat(30)}/*`,
    upstream: longest,
    scopes: [longest],
    rate: { perSecond: 5 },
  });
  await put(`/api/clients/${longest}`, { description: "x".repeat(300), scopes: [longest] });
  const { user } = (
    await admin.call("/api/users", {
      method: "POST",
      json: { name: `${"long".repeat(20)}@example.test`, displayName: "لينا الخطيب" },
    })
  ).body as unknown as { user: { id: string } };
  const version = await admin.readVersion();
  for (const [index, state] of ["serving", "serving", "draining", "closed"].entries())
    await admin.database.query(
      `INSERT INTO gateways (instance, address, port, state, version, refused_version, refusal, started_at, seen_at)
       VALUES (?, ?, 8080, ?, ?, ?, 'a reason', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) + INTERVAL 1 HOUR)`,
      [
        String(index),
        `${network}.9.${index}`,
        state,
        version - (index % 2),
        index % 2 === 1 ? version : null,
      ],
    );
  return [
    ...[
      "/routes",
      "/upstreams",
      "/scopes",
      "/clients",
      "/users",
      "/gateways",
      "/history",
      "/administrators",
      "/user-changes",
      "/administrator-changes",
      "/sign-in",
      "/sign-in/rotate-keys",
    ],
    ...["routes", "upstreams", "scopes", "clients"].flatMap((kind) => [
      `/${kind}/${longest}`,
      `/${kind}/${longest}/remove`,
    ]),
    ...[`/clients/${longest}/secret`, `/history/${version}`, `/history/${version - 1}`],
    ...[
      "/new/routes",
      "/new/upstreams",
      "/new/clients",
      "/new/users",
      "/routes?find=zzz",
      "/users?find=zzz",
      "/nothing",
    ],
    ...[
      `/users/${user.id}`,
      `/users/${user.id}/password`,
      `/users/${user.id}/disable`,
      "/administrators/operator/remove",
    ],
  ];
}

const long = "Point-of-sale terminals of franchise partners in the northern region";
const form = { action: "/x", csrf: "x" };
const loginPages: Readonly<Record<string, Html>> = {
  "Sign in": renderLogin({ action: "/x", clientName: long, host: "api.example.com" }),
  "Sign in again": renderLogin({
    action: "/x",
    clientName: "x".repeat(100),
    host: "api.example.com",
    name: "ada",
    error: "Incorrect user name or password.",
  }),
  "Choose a new password": renderPasswordChoice({
    ...{ action: "/x", userName: `${"long".repeat(20)}@example.test`, clientName: long },
  }),
  "Choose a new password again": renderPasswordChoice({
    ...{ action: "/x", userName: "ada", clientName: "x".repeat(100) },
    error: "This password is too easy to guess. Choose a less common one.",
  }),
  "Change your password": renderPasswordChange({ action: "/x", host: "api.example.com" }),
  "Change your password again": renderPasswordChange({
    ...{ action: "/x", host: "api.example.com", name: "ada" },
    error: "Incorrect user name or current password.",
  }),
  "Password changed": renderPasswordChanged(),
  "Allow access": renderConsent({
    action: "/x",
    clientName: long,
    accountName: "لينا الخطيب",
    wishes: [
      { scope: "openid", description: "Know your account ID" },
      { scope: "x".repeat(90), description: "x".repeat(90) },
    ],
    redirectHost: "app.example.com",
  }),
  "Connect a device": renderDeviceInput(form, {}),
  "Connect a device again": renderDeviceInput(form, {
    code: "BBBB-BBBB",
    error: "Incorrect code. Check the code on your device and try again.",
  }),
  "Is this your device?": renderDeviceConfirmation({
    ...form,
    code: "BBBB-BBBB",
    clientName: long,
    address: "2001:db8::1",
  }),
  "Device connected": renderDeviceConnected(long),
  "Something went wrong": renderError("invalid_client", "client is invalid"),
  "Sign out": renderLogout({ ...form, host: "api.example.com", staysHere: true, signedIn: true }),
  "Not signed in": renderLogout({ ...form, host: "api.example.com", staysHere: false, signedIn: false }),
  "Signed out": renderLoggedOut(),
};

function renderLoginPage(title: string, content: Html): string {
  const target = { type: "", body: "" as unknown, set() {} };
  showPage(target, { title, content, notice: "Development login: never use this with real APIs." });
  return String(target.body);
}

const readOverhang = "document.documentElement.scrollWidth - document.documentElement.clientWidth";

/** Touch targets less than 44 pixels high, except links within text (WCAG 2.2, 2.5.5). */
const findSmall = `[...document.querySelectorAll("button, select, textarea, input:not([type=hidden]):not([type=checkbox]), .boxes label, .flag label, summary, .button, nav a, th a")]
  .filter((element) => element.checkVisibility() && element.getBoundingClientRect().height < 43.5)
  .map((element) => element.outerHTML.slice(0, 120) + " " + element.getBoundingClientRect().height)`;

/** Inputs whose border contrasts with the page by less than 3 to 1 (WCAG 2.2, 1.4.11). */
const findPaleEdges = `(() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const read = (colour) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3); };
  const light = (colour) => { const [r, g, b] = read(colour).map((c) => { c /= 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const ground = light(getComputedStyle(document.body).backgroundColor);
  return [...document.querySelectorAll("input:not([type=hidden]):not([type=checkbox]), select, textarea")].filter((input) => !input.disabled).flatMap((input) => {
    const edge = light(getComputedStyle(input).borderTopColor);
    const contrast = (Math.max(edge, ground) + 0.05) / (Math.min(edge, ground) + 0.05);
    return contrast < 3 ? [input.outerHTML.slice(0, 120) + " " + contrast.toFixed(2)] : [];
  });
})()`;
