import assert from "node:assert/strict";
import * as oauth from "oauth4webapi";
import { before, t, test } from "tap";
import { reserveNetwork } from "../../loopback.ts";
import { createRequest } from "./authorize.ts";
import { issuer, redirectUri, StartedServer, secret, signIn } from "./started-server.ts";

const network = await reserveNetwork();

let server: StartedServer;

before(async () => {
  server = await StartedServer.start(network);
});

t.teardown(() => server?.stop());

const client = { client_id: "web" };

/** Pushes a request of the confidential client and returns the URL for the browser. */
async function push() {
  const request = await createRequest("web");
  const response = await oauth.pushedAuthorizationRequest(
    server.metadata,
    client,
    oauth.ClientSecretBasic(secret),
    request.url.searchParams,
    server.options,
  );
  const pushed = await oauth.processPushedAuthorizationResponse(server.metadata, client, response);
  const url = new URL("/oauth2/authorize", issuer);
  url.search = new URLSearchParams({ client_id: "web", request_uri: pushed.request_uri }).toString();
  return { request, url, uri: pushed.request_uri };
}

test("a strict client pushes its request and completes the code flow", async () => {
  const { request, url } = await push();
  const browser = server.browser();
  const visited = await signIn(browser, await browser.open(url));
  const code = oauth.validateAuthResponse(server.metadata, client, visited.url, request.state);
  const response = await oauth.authorizationCodeGrantRequest(
    server.metadata,
    client,
    oauth.ClientSecretBasic(secret),
    code,
    redirectUri,
    request.verifier,
    server.options,
  );
  const tokens = await oauth.processAuthorizationCodeResponse(server.metadata, client, response, {
    expectedNonce: request.nonce,
  });
  assert.equal(await server.useToken(tokens.access_token), 200);
});

test("a pushed request is used once, even if two browsers have it", async () => {
  const { url } = await push();
  const [first, second] = [server.browser(), server.browser()];
  const pages = [await first.open(url), await second.open(url)];
  assert.ok((await signIn(first, pages[0]!)).url.searchParams.get("code"));
  const late = await signIn(second, pages[1]!);
  assert.equal(late.url.searchParams.get("code"), null);
  const again = await server.browser().open(url);
  assert.equal(again.url.origin, issuer);
  assert.equal(again.status, 400);
});

test("a pushed request belongs to its client", async () => {
  const { url } = await push();
  url.searchParams.set("client_id", "app");
  const page = await server.browser().open(url);
  assert.equal(page.url.searchParams.get("code"), null);
  assert.doesNotMatch(page.text, /Sign in<\/h1>/);
});

test("parameters added in the URL are ignored", async () => {
  const { url, request } = await push();
  url.searchParams.set("redirect_uri", "https://evil.test/");
  url.searchParams.set("scope", "verify:write");
  const browser = server.browser();
  const { url: to } = await signIn(browser, await browser.open(url));
  assert.equal(`${to.origin}${to.pathname}`, redirectUri);
  assert.equal(to.searchParams.get("state"), request.state);
});

test("a request URI that was never pushed, or is external, is refused", async () => {
  for (const uri of [
    "urn:ietf:params:oauth:request_uri:unknown",
    "https://evil.test/request.jwt",
    "http://127.0.0.1/",
    "x",
  ]) {
    const url = new URL("/oauth2/authorize", issuer);
    url.search = new URLSearchParams({ client_id: "web", request_uri: uri }).toString();
    const page = await server.browser().open(url);
    assert.deepEqual([page.status, page.url.origin], [400, issuer], uri);
  }
});

/** Requests that are refused when pushed, before a user sees anything. */
const refused: Readonly<Record<string, readonly [Record<string, string | undefined>, string]>> = {
  "without PKCE": [{ code_challenge: undefined, code_challenge_method: undefined }, "invalid_request"],
  "with plain PKCE": [{ code_challenge_method: "plain" }, "invalid_request"],
  "with an address that is not registered": [{ redirect_uri: "https://evil.test/" }, "invalid_request"],
  "with another pushed request in it": [
    { request_uri: "urn:ietf:params:oauth:request_uri:x" },
    "request_uri_not_supported",
  ],
  "for another client": [{ client_id: "app" }, "invalid_request"],
};

for (const [what, [changes, error]] of Object.entries(refused))
  test(`a request ${what} is refused when it is pushed`, async () => {
    const { url } = await createRequest("web");
    for (const [name, value] of Object.entries(changes))
      if (value === undefined) url.searchParams.delete(name);
      else url.searchParams.set(name, value);
    const response = await server.post("/oauth2/par", url.searchParams, {
      authorization: `Basic ${btoa(`web:${secret}`)}`,
    });
    assert.equal(response.status, 400, response.text);
    assert.equal(response.json.error, error, response.text);
  });

test("pushing a request for a client requires its secret", async () => {
  const { url } = await createRequest("web");
  for (const headers of [{}, { authorization: `Basic ${btoa("web:wrong")}` }]) {
    const response = await server.post("/oauth2/par", url.searchParams, headers);
    assert.deepEqual([response.status, response.json.error], [401, "invalid_client"]);
  }
});
