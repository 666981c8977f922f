import assert from "node:assert/strict";
import { test } from "tap";
import { reserveNetwork } from "../../loopback.ts";
import { StartedAdmin } from "./started-admin.ts";
import { findChromium, StartedBrowser } from "./started-browser.ts";

const network = await reserveNetwork();
const otherNetwork = await reserveNetwork();

const executable = findChromium();
const skip = executable === undefined ? "Chromium is not on PATH, so no page was tested." : false;

test("users in Chromium", { skip }, async (t) => {
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

  t.test("without scripts a user is added, edited, disabled, enabled and removed", async () => {
    const page = await browser.open("operator", { javaScriptEnabled: false });
    const text = async () => (await page.textContent("main")) ?? "";
    await page.goto(`${admin.origin}/users`);
    assert.match(await text(), /No users yet/);
    await page.click("text=Add a user");
    await page.fill("#field-name", "Ada");
    await page.click("form.editor button");
    const password = (await page.textContent("#secret")) ?? "";
    assert.match(password, /^(?:[a-z2-9]{5}-){3}[a-z2-9]{5}$/);
    await page.reload();
    assert.ok(!(await page.content()).includes(password), "loading the page again does not show it again");
    await page.goto(`${admin.origin}/users`);
    await page.click("tbody a >> text=ada");
    assert.equal(await page.inputValue("#field-displayName"), "Ada");
    await page.fill("#field-displayName", "Ada Lovelace");
    await page.click("form.editor button");
    assert.match(await text(), /Changed display name/);
    await page.click("text=Disable");
    await page.click("form.question button");
    // No gateway runs that could end anything.
    assert.match(await text(), /Disabled\. Their sessions and tokens end as soon as a gateway/);
    await page.click("text=Enable");
    await page.click("form.question button");
    assert.match(await text(), /Enabled\./);
    await page.click("text=Reset password");
    await page.click("form.question button");
    assert.notEqual(await page.textContent("#secret"), password);
    await page.click("text=I have copied it");
    await page.click("text=Remove user");
    await page.click("form.question button");
    assert.match(await text(), /ada was removed\..*No users yet/s);
    await page.click("text=change log");
    assert.deepEqual(await page.locator("tbody th").allTextContents(), [
      ...["Removed", "Password reset", "Enabled", "Disabled", "Changed display name", "Added"],
    ]);
    await page.context().close();
  });

  t.test("a conflicting edit shows the other change, and keeps the input", async () => {
    const page = await browser.open("operator");
    const { user } = (await admin.call("/api/users", { method: "POST", json: { name: "contested" } }))
      .body as unknown as { user: { id: string } };
    await page.goto(`${admin.origin}/users/${user.id}`);
    await page.fill("#field-displayName", "Typed");
    await admin.call(`/api/users/${user.id}/disable?basedOn=1`, { method: "POST", json: {} });
    await page.click("form.editor button");
    assert.match((await page.textContent("#conflict")) ?? "", /Nothing was saved.*Disabled, by operator/s);
    assert.equal(await page.inputValue("#field-displayName"), "Typed");
    await page.click("form.editor button");
    assert.match((await page.textContent("main")) ?? "", /Changed display name/);
    await page.context().close();
  });

  t.test("with scripts the list follows the search and the filter", async () => {
    await admin.call("/api/users", { method: "POST", json: { name: "searched" } });
    const page = await browser.open("operator");
    await page.goto(`${admin.origin}/users`);
    await page.evaluate("window.kept = true");
    await page.locator("#find").pressSequentially("searched");
    await page.waitForSelector("#list .count >> text=/^1 user found/");
    await page.selectOption("#state", "disabled");
    await page.waitForSelector("#list .count >> text=/^0 users found/");
    assert.equal(await page.evaluate("window.kept"), true);
    await page.context().close();
  });

  t.test("if users are kept elsewhere the pages and the API say so", async (context) => {
    const elsewhere = await StartedAdmin.startOn(admin.database, otherNetwork, { LOGIN: "development" });
    context.teardown(() => elsewhere.stop());
    const page = await elsewhere.call("/users");
    assert.equal(page.status, 200);
    assert.match(page.text, /managed there, not\s+on this platform/);
    assert.doesNotMatch(page.text, /Add a user|contested/);
    for (const path of ["/api/users", "/api/user-changes", "/new/users"]) {
      const response = await elsewhere.call(path);
      assert.equal(response.status, 409, path);
      assert.match(response.text, /DMM_ADMIN_USERS_ELSEWHERE/);
    }
    const refused = await elsewhere.call("/api/users", { method: "POST", json: { name: "eve" } });
    assert.equal(refused.body.code, "DMM_ADMIN_USERS_ELSEWHERE");
  });

  t.test("no page had an error, and none violated the content security policy", async () => {
    assert.deepEqual(browser.complaints, []);
  });
});
