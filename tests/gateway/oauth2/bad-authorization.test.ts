import assert from "node:assert/strict";
import { before, t, test } from "tap";
import { reserveNetwork } from "../../loopback.ts";
import { authorize, createRequest } from "./authorize.ts";
import { issuer, redirectUri, StartedServer } from "./started-server.ts";

const network = await reserveNetwork();

let server: StartedServer;

before(async () => {
  server = await StartedServer.start(network);
});

t.teardown(() => server?.stop());

test("a code is refused with an invalid verifier, which does not consume it", async () => {
  const request = await createRequest();
  const code = (await authorize(server, request)).get("code")!;
  const redeem = (verifier: string, uri = redirectUri) =>
    server.post(
      "/oauth2/token",
      new URLSearchParams({
        ...{ grant_type: "authorization_code", client_id: "app", code },
        ...{ redirect_uri: uri, code_verifier: verifier },
      }),
    );
  for (const verifier of [
    "",
    "short",
    "x".repeat(129),
    `${request.verifier}!`,
    ` ${request.verifier}`,
    "%00".repeat(20),
  ]) {
    const { status, json } = await redeem(verifier);
    assert.equal(status, 400, verifier);
    assert.match(String(json.error), /^invalid_(?:grant|request)$/, verifier);
  }
  for (const uri of [
    "",
    `${redirectUri}/`,
    `${redirectUri}?`,
    `${redirectUri}#`,
    redirectUri.toUpperCase(),
    "https://app.test:443/callback",
  ])
    assert.equal((await redeem(request.verifier, uri)).status, 400, uri);
});

/** Authorization requests with one invalid parameter. */
const parameters: readonly (readonly [name: string, value: string, error: string])[] = [
  ["max_age", "abc", "invalid_request"],
  ["max_age", "-1", "invalid_request"],
  ["prompt", "none login", "invalid_request"],
  ["prompt", "__proto__", "invalid_request"],
  ["id_token_hint", "x.y.z", "invalid_request"],
  ["code_challenge", "short", "invalid_request"],
  ["code_challenge", "x".repeat(200), "invalid_request"],
  ["code_challenge", "!".repeat(43), "invalid_request"],
  ["resource", "x", "invalid_target"],
  ["resource", `${issuer}/#f`, "invalid_target"],
  ["scope", "openid \u0000", "invalid_scope"],
  ["scope", 'openid "', "invalid_scope"],
  ["response_mode", "jwt", "unsupported_response_mode"],
  ["response_type", "none", "unsupported_response_type"],
  ["request_uri", "http://169.254.169.254/", "request_uri_not_supported"],
  ["registration", "{}", "registration_not_supported"],
];

for (const [name, value, error] of parameters)
  test(`${name}=${JSON.stringify(value.slice(0, 20))} gets ${error} with the issuer`, async () => {
    const { url, state } = await createRequest("app", { [name]: value });
    const { url: to } = await server.browser().open(url);
    assert.equal(`${to.origin}${to.pathname}`, redirectUri);
    const response = ["error", "iss", "state", "code"].map((one) => to.searchParams.get(one));
    assert.deepEqual(response, [error, issuer, state, null]);
  });

test("unknown cookies lead to the login like none", async () => {
  const { url } = await createRequest();
  for (const cookie of [
    "__Host-oauth2-session=x",
    "__Host-oauth2-session=x; __Host-oauth2-session.sig=y",
    "__Secure-oauth2-resume=%00",
    "=;=",
    "x".repeat(4000),
  ]) {
    const response = await fetch(server.origin + url.pathname + url.search, {
      headers: { cookie },
      redirect: "manual",
    });
    await response.arrayBuffer();
    assert.match(
      response.headers.get("location") ?? "",
      /^(?:https:\/\/api\.test)?\/oauth2\/interaction\//,
      cookie,
    );
  }
});
