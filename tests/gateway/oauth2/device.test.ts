import assert from "node:assert/strict";
import * as oauth from "oauth4webapi";
import { before, t, test } from "tap";
import { reserveNetwork } from "../../loopback.ts";
import { type Browser, findForms, type Visited } from "./browser.ts";
import { deviceGrant, issuer, StartedServer, signIn } from "./started-server.ts";

const network = await reserveNetwork();

let server: StartedServer;

before(async () => {
  server = await StartedServer.start(network);
});

t.teardown(() => server?.stop());

const client = { client_id: "app" };

async function begin(scope = "openid verify:read"): Promise<oauth.DeviceAuthorizationResponse> {
  const response = await oauth.deviceAuthorizationRequest(
    server.metadata,
    client,
    oauth.None(),
    { scope },
    server.options,
  );
  return oauth.processDeviceAuthorizationResponse(server.metadata, client, response);
}

function poll(deviceCode: string, clientId = "app") {
  return server.post(
    "/oauth2/token",
    new URLSearchParams({ grant_type: deviceGrant, client_id: clientId, device_code: deviceCode }),
  );
}

/** Clears the time of the device's last poll, instead of waiting. */
async function letTimePass(): Promise<void> {
  for (const node of server.platform.testBed.redis.nodes)
    for (const key of (await node.command("KEYS", "oauth2:poll:*")) as string[])
      await node.command("DEL", key);
}

/** Enters the code and reads what is requested. */
async function enterCode(browser: Browser, code: string): Promise<Visited> {
  const page = await browser.open("/oauth2/device");
  return browser.submit(page, "/device", { user_code: code });
}

test("a strict client authorizes a device: pending, allowed, redeemed once", async () => {
  const device = await begin();
  assert.equal(device.interval, 5);
  assert.match(device.user_code, /^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/);
  assert.equal(device.verification_uri, `${issuer}/oauth2/device`);
  const pending = await poll(device.device_code);
  assert.deepEqual([pending.status, pending.json.error], [400, "authorization_pending"]);

  const browser = server.browser();
  // In any spelling.
  const confirmation = await enterCode(browser, device.user_code.toLowerCase().replace("-", " "));
  assert.match(confirmation.text, /Is this your device\?/);
  assert.match(confirmation.text, new RegExp(device.user_code));
  const done = await signIn(browser, await browser.submit(confirmation, "/device"));
  assert.match(done.text, /<h1>Device connected/);

  const response = await oauth.deviceCodeGrantRequest(
    server.metadata,
    client,
    oauth.None(),
    device.device_code,
    server.options,
  );
  const tokens = await oauth.processDeviceCodeResponse(server.metadata, client, response);
  assert.equal(await server.useToken(tokens.access_token), 200);
  assert.equal(oauth.getValidatedIdTokenClaims(tokens)?.sub, "person-1");
  assert.ok(tokens.refresh_token);

  const again = await poll(device.device_code);
  assert.deepEqual([again.status, again.json.error], [400, "invalid_grant"]);
  assert.equal(await server.useToken(tokens.access_token), 401);
});

test("of concurrent polls with one allowed code at most one succeeds", async () => {
  const device = await begin();
  const browser = server.browser();
  await signIn(browser, await browser.submit(await enterCode(browser, device.user_code), "/device"));
  const responses = await Promise.all(Array.from({ length: 20 }, () => poll(device.device_code)));
  assert.ok(responses.filter(({ status }) => status === 200).length <= 1);
  for (const { status, json } of responses) if (status !== 200) assert.equal(json.error, "invalid_grant");
});

test("of concurrent decisions about one code one counts, and the others are told so", async () => {
  for (const press of [{}, { abort: "yes" }]) {
    const device = await begin();
    const people = await Promise.all(
      Array.from({ length: 5 }, async () => {
        const browser = server.browser();
        return { browser, page: await enterCode(browser, device.user_code) };
      }),
    );
    const pages = await Promise.all(
      people.map(({ browser, page }, index) => browser.submit(page, "/device", index === 0 ? {} : press)),
    );
    const late = pages.filter(({ text }) => /already been used/.test(text));
    assert.equal(late.length, 4, pages.map(({ text }) => /<h1>[^<]*/.exec(text)?.[0]).join());
  }
});

test("a device that polls too often gets slow_down", async () => {
  const device = await begin();
  assert.equal((await poll(device.device_code)).json.error, "authorization_pending");
  const early = await poll(device.device_code);
  assert.deepEqual([early.status, early.json.error], [400, "slow_down"]);
  await letTimePass();
  assert.equal((await poll(device.device_code)).json.error, "authorization_pending");
});

test("a denied device is told so", async () => {
  const device = await begin();
  const browser = server.browser();
  const page = await browser.submit(await enterCode(browser, device.user_code), "/device", { abort: "yes" });
  assert.match(page.text, /was not connected/);
  assert.equal((await poll(device.device_code)).json.error, "access_denied");
  const second = await begin();
  const login = await browser.submit(await enterCode(browser, second.user_code), "/device");
  const aborted = await browser.submit(login, "/abort");
  assert.match(aborted.text, /was not connected/);
  assert.equal((await poll(second.device_code)).json.error, "access_denied");
});

test("an expired code is distinguished from an unknown one", async () => {
  const device = await begin();
  for (const node of server.platform.testBed.redis.nodes)
    for (const key of (await node.command("KEYS", "oauth2:DeviceCode:*")) as string[]) {
      const text = String(await node.command("GET", key));
      await node.command("SET", key, text.replace(/"exp":\d+/, '"exp":1000'), "KEEPTTL");
    }
  assert.equal((await poll(device.device_code)).json.error, "expired_token");
  const page = await enterCode(server.browser(), device.user_code);
  assert.match(page.text, /has expired/);
  assert.equal((await poll("unknown")).json.error, "invalid_grant");
});

test("a device code is useless to another client", async () => {
  const device = await begin();
  const response = await poll(device.device_code, "other");
  assert.deepEqual([response.status, response.json.error], [400, "invalid_grant"]);
});

test("a code in the URL is filled in, and still has to be compared", async () => {
  const device = await begin();
  const browser = server.browser();
  const page = await browser.open(device.verification_uri_complete!);
  const [form] = findForms(page);
  assert.equal(form!.fields.user_code, device.user_code);
  assert.doesNotMatch(page.text, /<script/);
  assert.match((await browser.submit(page, "/device")).text, /Is this your device\?/);
});

test("a code in the URL stays text", async () => {
  const page = await server.browser().open("/oauth2/device?user_code=%22%3E%3Cscript%3E1");
  assert.doesNotMatch(page.text, /<script/);
  assert.match(page.text, /&quot;&gt;&lt;script/);
});

test("a form without a session is redirected to the page, and gets no internal error", async () => {
  const response = await server.post("/oauth2/device", "user_code=BBBB-BBBB&xsrf=x");
  assert.deepEqual([response.status, response.headers.get("location")], [303, "/oauth2/device"]);
  const step = await fetch(`${server.origin}/oauth2/device/unknown`, { redirect: "manual" });
  assert.deepEqual([step.status, step.headers.get("location")], [303, "/oauth2/device"]);
  const browser = server.browser();
  await browser.open("/oauth2/device");
  const resumed = await browser.open("/oauth2/device/unknown");
  assert.equal(resumed.status, 400);
  const forged = await browser.open("/oauth2/device", {
    method: "POST",
    body: new URLSearchParams({ user_code: "BBBB-BBBB", xsrf: "guess", confirm: "yes" }),
  });
  assert.notEqual(forged.status, 500);
  assert.doesNotMatch(forged.text, /Is this your device/);
});

test("correct codes do not count as guesses, however many devices an address authorizes", async () => {
  const browser = server.browser("192.0.2.68");
  for (let device = 0; device < 12; device++) {
    const { user_code: code } = await begin();
    const confirmation = await enterCode(browser, code);
    assert.match(confirmation.text, /Is this your device\?/);
    const next = await browser.submit(confirmation, "/device");
    const done = device === 0 ? await signIn(browser, next) : next;
    assert.notEqual(done.status, 429);
  }
});

test("guesses at codes are limited", async () => {
  const browser = server.browser("192.0.2.66");
  let page = await browser.open("/oauth2/device");
  for (let guess = 0; guess < 20; guess++) {
    page = await browser.submit(page, "/device", { user_code: "BBBB-BBBB" });
    assert.match(page.text, /Incorrect code/);
  }
  page = await browser.submit(page, "/device", { user_code: "BBBB-BBBB" });
  assert.equal(page.status, 429);
  assert.ok(Number(page.headers.get("retry-after")) > 0);
  const other = server.browser("192.0.2.67");
  assert.match((await enterCode(other, "BBBB-BBBB")).text, /Incorrect code/);
});
