import assert from "node:assert/strict";
import { before, t, test } from "tap";
import { reserveNetwork } from "../../loopback.ts";
import { readStatus, sendRaw } from "../raw-client.ts";
import { issueToken, revokeToken } from "../started-gateway.ts";
import { StartedPlatform } from "../started-test-bed.ts";

const network = await reserveNetwork();

let platform: StartedPlatform;
let origin: string;

before(async () => {
  platform = await StartedPlatform.start(network);
  origin = platform.gateway.origin;
});

t.teardown(() => platform?.stop());

async function ask(path: string, init: RequestInit = {}) {
  const response = await fetch(origin + path, init);
  await response.arrayBuffer();
  return {
    status: response.status,
    headers: response.headers,
    challenge: response.headers.get("www-authenticate"),
  };
}

const withToken = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

test("an authorized request reaches the upstream", async () => {
  const token = await issueToken(platform.gateway);
  assert.equal((await ask("/verify/echo", withToken(token))).status, 200);
  assert.equal((await ask("/verify/echo", { ...withToken(token), method: "HEAD" })).status, 200);
});

test("a missing token is 401 without an error code", async () => {
  const { status, challenge } = await ask("/verify/echo");
  assert.deepEqual([status, challenge], [401, 'Bearer realm="api.test"']);
});

test("a malformed token is 401 with invalid_request", async () => {
  const { status, challenge } = await ask("/verify/echo", { headers: { authorization: "Bearer a b" } });
  assert.equal(status, 401);
  assert.match(challenge!, /^Bearer realm="api\.test", error="invalid_request", error_description="[^"]+"$/);
});

test("an unknown and a revoked token are 401 with invalid_token", async () => {
  const token = await issueToken(platform.gateway);
  assert.equal((await ask("/verify/echo", withToken(token))).status, 200);
  assert.equal(await revokeToken(platform.gateway, token), 200);
  for (const dead of [token, "unknown"]) {
    const { status, challenge } = await ask("/verify/echo", withToken(dead));
    assert.equal(status, 401);
    assert.match(challenge!, /error="invalid_token"/);
  }
});

test("a token is invalid when its client is removed", async () => {
  const { database } = platform.testBed;
  const token = await issueToken(platform.gateway);
  await database.query("UPDATE clients SET client_id = 'other' WHERE client_id = 'verifier'");
  await platform.publish();
  assert.equal((await ask("/verify/echo", withToken(token))).status, 401);
  await database.query("UPDATE clients SET client_id = 'verifier' WHERE client_id = 'other'");
  await platform.publish();
});

test("a missing scope is 403 with the required scope", async () => {
  const token = await issueToken(platform.gateway, "verify:read");
  const { status, challenge } = await ask("/verify/echo", { ...withToken(token), method: "POST", body: "x" });
  assert.equal(status, 403);
  assert.match(challenge!, /error="insufficient_scope".*scope="verify:write"/);
});

test("an unknown route is 404, an unknown method 405 with Allow", async () => {
  assert.equal((await ask("/nowhere")).status, 404);
  const { status, headers } = await ask("/verify/echo", { method: "DELETE" });
  assert.deepEqual([status, headers.get("allow")], [405, "GET, HEAD, POST"]);
});

/** Header sections that Node accepts and an edge must not, with the expected response. */
const refused: Readonly<Record<string, readonly [string, number]>> = {
  "two Host headers": ["GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400],
  "user information in Host": ["GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", 400],
  "a fragment": ["GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", 400],
  "a second coding": ["POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501],
  "an empty coding": ["POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: ,chunked\r\n\r\n0\r\n\r\n", 400],
  "chunks in HTTP/1.0": ["POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400],
  "a GET with a body": ["GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx", 400],
  "length and chunks": [
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    400,
  ],
  "two lengths": ["POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx", 400],
  "a bare line feed": ["GET / HTTP/1.1\nHost: a\n\n", 400],
  "no Host": ["GET / HTTP/1.1\r\n\r\n", 400],
  "a huge head": [`GET / HTTP/1.1\r\nHost: a\r\nX: ${"x".repeat(20_000)}\r\n\r\n`, 431],
  "an unknown expectation": [
    "POST / HTTP/1.1\r\nHost: a\r\nExpect: magic\r\nContent-Length: 1\r\n\r\nx",
    417,
  ],
  "dot segments": ["GET /a/../b HTTP/1.1\r\nHost: a\r\n\r\n", 400],
  "an encoded slash": ["GET /a%2fb HTTP/1.1\r\nHost: a\r\n\r\n", 400],
};

for (const [name, [text, status]] of Object.entries(refused))
  test(`${name} is ${status}, and the connection is closed`, async () => {
    const received = await sendRaw(origin, text.replace("Host: a\r\n", "Host: a\r\nConnection: close\r\n"));
    assert.equal(readStatus(received), status, received);
    assert.match(received, /"code":"DMM_GATEWAY_/);
  });

/** Paths that mean `/verify/echo` to one reader, and something else to another. */
const ambiguous = [
  ...[
    "/verify//echo",
    "//verify/echo",
    "/verify/./echo",
    "/verify/x/../echo",
    "/verify/echo/..",
    "/verify/\\echo",
  ],
  ...[
    "/verify/%2e%2e/echo",
    "/verify/%2E/echo",
    "/verify/.%2e/echo",
    "/verify%2fecho",
    "/verify%2Fecho",
    "/verify%5cecho",
  ],
  ...["/verify/%252e%252e/echo", "/verify/%2565cho", "/verify%252fecho", "/verify/%25%32%65/echo"],
  ...["/verify/..;/echo", "/verify/..;a=1/echo", "/verify/..%3b/echo", "/verify/.;/echo"],
  ...[
    "/verify/%c0%ae%c0%ae/echo",
    "/verify%c0%afecho",
    "/verify/%e0%80%ae/echo",
    "/verify/%ff",
    "/verify/%c3",
  ],
  ...[
    "/verify/echo%00",
    "/verify/echo%0d%0aX-A:b",
    "/verify/echo%7f",
    "/verify/echo%",
    "/verify/echo%2",
    "/verify/%u0065cho",
  ],
];

test("an ambiguous path is 400, with or without a token", async () => {
  const token = await issueToken(platform.gateway);
  for (const path of ambiguous)
    for (const field of ["", `Authorization: Bearer ${token}\r\n`]) {
      const received = await sendRaw(
        origin,
        `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${field}\r\n`,
      );
      assert.equal(readStatus(received), 400, path);
      assert.match(received, /DMM_GATEWAY_PATH_AMBIGUOUS/, path);
    }
  const plain = await ask("/%76erify/%65cho?x=/../y", withToken(token));
  assert.equal(plain.status, 200);
});

test("an upgrade to HTTP/2 is ignored", async () => {
  const text =
    "GET /nowhere HTTP/1.1\r\nHost: a\r\nConnection: close, Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n\r\n";
  assert.equal(readStatus(await sendRaw(origin, text)), 404);
});

test("neither token nor secret nor query is in the log", async () => {
  const token = await issueToken(platform.gateway);
  await ask("/verify/slow?ms=1500&secret=hunter2", withToken(token));
  for (const secret of [token, "hunter2", "verifier-secret-of-a-test", "not-a-secret"])
    assert.ok(!platform.gateway.process.output.includes(secret), secret);
});
