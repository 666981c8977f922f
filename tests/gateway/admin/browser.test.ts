import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { test } from "tap";
import { reserveNetwork } from "../../loopback.ts";
import { StartedAdmin } from "./started-admin.ts";
import { findChromium, StartedBrowser } from "./started-browser.ts";

const network = await reserveNetwork();

const executable = findChromium();
const skip = executable === undefined ? "Chromium is not on PATH, so no page was tested." : false;

test("the admin site in Chromium", { skip }, async (t) => {
  let admin: StartedAdmin;
  let browser: StartedBrowser;

  t.before(async () => {
    admin = await StartedAdmin.start(network);
    browser = await StartedBrowser.start(executable!);
  });
  t.teardown(async () => {
    await browser?.stop();
    await admin?.stop();
  });

  const store = (page: Page) => page.click("form.editor button[type=submit]");

  async function fillRoute(page: Page, name: string): Promise<void> {
    await page.goto(`${admin.origin}/new/routes`);
    await page.fill("#field-name", name);
    await page.fill("#field-path", `/${name}/{id}`);
    await page.selectOption("#field-upstream", "stub");
    await page.check("input[name=scopes][value='verify:read']");
  }

  t.test("a route is added by keyboard alone", async () => {
    const page = await browser.open("operator");
    await page.goto(`${admin.origin}/routes`);
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate("document.activeElement.textContent"), "Skip to content");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate("document.activeElement.textContent"), "Add a route");
    const outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle");
    assert.equal(outline, "solid", "the focus is visible");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/new/routes");
    await page.keyboard.press("Tab");
    for (let presses = 0; presses < 60; presses++) {
      const focused = String(await page.evaluate("document.activeElement.id"));
      if (focused === "field-name") await page.keyboard.type("typed");
      if (focused === "field-path") await page.keyboard.type("/typed");
      if (focused === "field-upstream") await page.keyboard.type("stub");
      if (focused === "summary") {
        await page.keyboard.type("By keyboard");
        await page.keyboard.press("Enter");
        break;
      }
      if ((await page.evaluate("document.activeElement.value")) === "verify:read")
        await page.keyboard.press("Space");
      await page.keyboard.press("Tab");
    }
    await page.waitForURL("**/routes?stored=*");
    assert.match((await page.textContent(".notice")) ?? "", /Version \d+ saved/);
    const { entry } = (await admin.call("/api/routes/typed")).body;
    assert.deepEqual([entry.path, entry.upstream, entry.scopes], ["/typed", "stub", ["verify:read"]]);
    await page.context().close();
  });

  t.test("everything works without scripts", async () => {
    const page = await browser.open("operator", { javaScriptEnabled: false });
    await fillRoute(page, "plain");
    await store(page);
    await page.waitForURL("**/routes?stored=*");
    await page.fill("#find", "plain");
    await page.click("form.find button");
    assert.equal(await page.locator("tbody tr").count(), 1);
    await page.click("tbody a >> text=plain");
    await page.fill("#field-retries", "3");
    await store(page);
    await page.waitForURL("**/routes?stored=*");
    await page.goto(`${admin.origin}/routes/plain/remove`);
    await page.click("form.question button");
    await page.waitForURL("**/routes?stored=*");
    assert.equal((await admin.call("/api/routes/plain")).status, 404);
    await page.context().close();
  });

  t.test("with scripts the list follows the input without loading another page", async () => {
    const page = await browser.open("operator");
    await page.goto(`${admin.origin}/routes`);
    await page.evaluate("window.kept = true");
    await page.locator("#find").pressSequentially("echo-write");
    await page.waitForSelector("#list .count >> text=/^1 of/");
    assert.equal(await page.evaluate("window.kept"), true);
    assert.equal(await page.locator("tbody tr").count(), 1);
    await page.context().close();
  });

  t.test("a stale edit shows who changed what, keeps the input, and can be stored on top", async () => {
    const page = await browser.open("operator");
    await fillRoute(page, "contested");
    await store(page);
    await page.goto(`${admin.origin}/routes/contested`);
    await page.fill("#field-idleLimitMs", "4321");
    const version = await admin.readVersion();
    await admin.call(`/api/scopes/of-another?basedOn=${version}`, { method: "PUT", json: {} });
    await store(page);
    const conflict = (await page.textContent("#conflict")) ?? "";
    assert.match(conflict, /Nothing was saved/);
    assert.match(conflict, new RegExp(`current version is ${version + 1}`));
    assert.match(conflict, /Added scope of-another/);
    assert.equal(await page.inputValue("#field-idleLimitMs"), "4321");
    await store(page);
    await page.waitForURL("**/routes?stored=*");
    assert.equal((await admin.call("/api/routes/contested")).body.entry.idleLimitMs, 4321);
    await page.context().close();
  });

  t.test("each problem is shown at its field and in a summary that links to it", async () => {
    const page = await browser.open("operator");
    await fillRoute(page, "wrong");
    await page.fill("#field-path", "no-slash");
    await page.fill("#field-retries", "many");
    await store(page);
    assert.match((await page.textContent("#wrong-retries")) ?? "", /"many" is not a number/);
    assert.equal(await page.getAttribute("#field-retries", "aria-invalid"), "true");
    await page.fill("#field-retries", "2");
    await store(page);
    await page.click("#problems a >> text=path");
    assert.equal(await page.evaluate("document.activeElement.id"), "field-path");
    assert.equal(await page.inputValue("#field-retries"), "2");
    await page.context().close();
  });

  t.test("a secret is shown once: neither after reloading nor anywhere else", async () => {
    const page = await browser.open("operator");
    await page.goto(`${admin.origin}/new/clients`);
    await page.fill("#field-name", "till");
    await page.check("input[name=scopes][value='verify:read']");
    await store(page);
    const secret = (await page.textContent("#secret")) ?? "";
    assert.match(secret, /^[\w-]{43}$/);
    await page.reload();
    assert.ok(!(await page.content()).includes(secret));
    assert.equal(await page.locator("#secret").count(), 0);
    for (const path of ["/clients", "/clients/till", "/history"]) {
      await page.goto(admin.origin + path);
      assert.ok(!(await page.content()).includes(secret), path);
    }
    await page.goto(`${admin.origin}/clients/till/secret`);
    await page.click("form.question button");
    assert.notEqual(await page.textContent("#secret"), secret);
    await page.context().close();
  });

  t.test("a version is restored after its difference was shown", async () => {
    const page = await browser.open("operator");
    const version = await admin.readVersion();
    await admin.call(`/api/scopes/mistake?basedOn=${version}`, { method: "PUT", json: {} });
    await page.goto(`${admin.origin}/history/${version}`);
    assert.match((await page.textContent("main")) ?? "", /Removed scope mistake/);
    await page.click(`text=Roll back to version ${version}`);
    await page.waitForURL("**/history?stored=*");
    assert.match((await page.textContent("tbody tr")) ?? "", new RegExp(`Rolled back to version ${version}`));
    assert.equal((await admin.call("/api/scopes/mistake")).status, 404);
    await page.context().close();
  });

  t.test("a viewer sees read-only forms that cannot be submitted", async () => {
    const page = await browser.open("alice");
    await page.goto(`${admin.origin}/routes/verify-echo`);
    assert.match((await page.textContent("main")) ?? "", /You have view-only access/);
    assert.equal(await page.isDisabled("#field-path"), true);
    assert.equal(await page.locator("main button").count(), 0);
    await page.context().close();
  });

  t.test("the list of gateways updates live", async () => {
    const page = await browser.open("operator");
    await page.goto(`${admin.origin}/gateways`);
    const version = await admin.readVersion();
    await admin.database.query(
      `INSERT INTO gateways (instance, address, port, state, version, started_at, seen_at)
       VALUES ('a', '${network}.9.1', 8080, 'serving', ?, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) + INTERVAL 1 HOUR)`,
      [version],
    );
    await page.waitForSelector(`.figure >> text=1 of 1 gateways serve version ${version}`);
    await admin.database.query("UPDATE gateways SET version = ?", [version - 1]);
    await page.waitForSelector(`text=0 of 1 gateways serve version ${version}`);
    assert.match(
      (await page.textContent(".behind")) ?? "",
      new RegExp(`${network}.9.1:8080 serves version ${version - 1}`),
    );
    await admin.database.query("UPDATE gateways SET state = 'draining'");
    await page.waitForSelector("td >> text=draining");
    await page.context().close();
  });

  const paths = [
    "/routes",
    "/routes/verify-echo",
    "/new/clients",
    "/upstreams",
    "/clients",
    "/gateways",
    "/history",
    "/history/3",
    "/administrators",
    "/administrator-changes",
    "/sign-in",
  ];

  t.test("nothing scrolls sideways at phone width, and every input has a label", async () => {
    const page = await browser.open("operator", { viewport: { width: 390, height: 844 } });
    for (const path of paths) {
      await page.goto(admin.origin + path);
      const over = await page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth",
      );
      assert.equal(over, 0, path);
      const unlabelled = await page.evaluate(
        "[...document.querySelectorAll('input:not([type=hidden]), select, textarea')].filter((input) => input.labels.length === 0).map((input) => input.name)",
      );
      assert.deepEqual(unlabelled, [], path);
    }
    await page.context().close();
  });

  for (const colorScheme of ["light", "dark"] as const)
    t.test(`text is readable in ${colorScheme} colours`, async () => {
      const page = await browser.open("operator", { colorScheme });
      for (const path of ["/routes", "/history/3", "/gateways"]) {
        await page.goto(admin.origin + path);
        assert.deepEqual(await page.evaluate(findFaint), [], path);
      }
      await page.context().close();
    });

  t.test("no page had an error, and none violated the content security policy", async () => {
    assert.deepEqual(browser.complaints, []);
  });
});

/** Texts with a contrast below 4.5 (WCAG 2.2, 1.4.3). */
const findFaint = `(() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const read = (colour) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); return [...canvas.getImageData(0, 0, 1, 1).data]; };
  const light = ([r, g, b]) => { const [x, y, z] = [r, g, b].map((c) => { c /= 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; }); return 0.2126 * x + 0.7152 * y + 0.0722 * z; };
  const ground = (element) => { for (let e = element; e; e = e.parentElement) { const c = read(getComputedStyle(e).backgroundColor); if (c[3] === 255) return c; } return [255, 255, 255, 255]; };
  return [...document.querySelectorAll("body *")].filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim() !== "") && e.checkVisibility() && e.tagName !== "NOSCRIPT").flatMap((e) => {
    const [a, b] = [light(read(getComputedStyle(e).color)), light(ground(e))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    return contrast < 4.5 ? [e.tagName + "." + e.className + " " + e.textContent.trim().slice(0, 30) + " " + contrast.toFixed(2)] : [];
  });
})()`;
