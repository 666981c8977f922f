import assert from "node:assert/strict";
import fc from "fast-check";
import { before, t, test } from "tap";
import { reserveNetwork } from "../../loopback.ts";
import { readStatus, sendRaw } from "../raw-client.ts";
import { createRequest } from "./authorize.ts";
import { deviceGrant, issuer, redirectUri, StartedServer, secret } from "./started-server.ts";

const network = await reserveNetwork();

let server: StartedServer;

before(async () => {
  server = await StartedServer.start(network);
  await server.addClient("machine", { public: false, grantTypes: "client_credentials", redirectUris: "" });
  await server.publish();
});

t.teardown(() => server?.stop());

const basic = { authorization: `Basic ${btoa(`machine:${secret}`)}` };
const posted = ["token", "revoke", "introspect", "par", "device_authorization"].map(
  (name) => `/oauth2/${name}`,
);
const form = "application/x-www-form-urlencoded";

/** Every endpoint with its methods. */
const endpoints: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(posted.map((path) => [path, ["POST"]])),
  "/oauth2/authorize": ["HEAD", "GET"],
  "/oauth2/jwks": ["HEAD", "GET"],
  "/oauth2/logout": ["HEAD", "GET", "POST"],
  "/oauth2/logout/confirm": ["POST"],
  "/oauth2/logout/success": ["HEAD", "GET"],
  "/oauth2/device": ["HEAD", "GET", "POST"],
  "/oauth2/userinfo": ["HEAD", "GET", "POST"],
  "/.well-known/oauth-authorization-server": ["HEAD", "GET"],
  "/.well-known/openid-configuration": ["HEAD", "GET"],
};

for (const [path, methods] of Object.entries(endpoints))
  test(`${path} has ${methods.join(", ")}, and lists them for every other method`, async () => {
    for (const method of ["HEAD", "GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "QUERY"]) {
      const response = await fetch(server.origin + path, { method, redirect: "manual" });
      await response.arrayBuffer();
      assert.equal(response.status === 405, !methods.includes(method), `${method} ${response.status}`);
      if (response.status === 405) assert.equal(response.headers.get("allow"), methods.join(", "));
      assert.ok(response.status < 500, `${method} ${response.status}`);
    }
  });

test("two Authorization headers are refused, whichever of them is valid", async () => {
  for (const path of posted)
    for (const headers of [
      [basic.authorization, "Basic eDp5"],
      ["Basic eDp5", basic.authorization],
    ]) {
      const body = "grant_type=client_credentials&scope=verify:read&token=x";
      const lines = headers.map((value) => `Authorization: ${value}\r\n`).join("");
      const received = await sendRaw(
        server.origin,
        `POST ${path} HTTP/1.1\r\nHost: api.test\r\nConnection: close\r\n${lines}Content-Type: ${form}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      );
      assert.equal(readStatus(received), 400, path);
      assert.match(received, /"invalid_request"/);
    }
});

test("paths below the endpoints do not exist", async () => {
  for (const path of [
    "/oauth2",
    "/oauth2/",
    "/oauth2/x",
    "/oauth2/token/x",
    "/oauth2/jwks.json",
    "/oauth2/par/",
  ])
    for (const method of ["GET", "POST"]) {
      const response = await fetch(server.origin + path, { method });
      const { code } = (await response.json()) as { code: string };
      assert.deepEqual([response.status, code], [404, "DMM_GATEWAY_ROUTE_UNKNOWN"], path);
    }
  for (const path of ["/oauth2/../oauth2/token", "/oauth2//token", "/oauth2/token%2f", "/oauth2/%2574oken"])
    for (const method of ["GET", "POST"]) {
      const received = await sendRaw(
        server.origin,
        `${method} ${path} HTTP/1.1\r\nHost: api.test\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
      );
      assert.equal(readStatus(received), 400, path);
    }
});

test("pages of unknown interactions are refused, whatever their name and method", async () => {
  for (const path of ["interaction/x", "interaction/x/login", "interaction/x/y/z", "authorize/x", "device/x"])
    for (const method of ["GET", "POST", "PUT", "DELETE"]) {
      const response = await fetch(`${server.origin}/oauth2/${path}`, { method, redirect: "manual" });
      await response.arrayBuffer();
      assert.ok([303, 400, 403, 404].includes(response.status), `${method} ${path} ${response.status}`);
      assert.equal(response.headers.get("cache-control"), "no-store");
    }
});

/** Invalid form bodies, by their fault. */
const bodies: Readonly<
  Record<string, readonly [body: string, headers: Record<string, string>, status: number]>
> = {
  JSON: ['{"grant_type":"client_credentials"}', { "content-type": "application/json" }, 400],
  "a form in parts": ["--x\r\n\r\n--x--", { "content-type": "multipart/form-data; boundary=x" }, 400],
  "plain text": ["grant_type=client_credentials", { "content-type": "text/plain" }, 400],
  "no type that is one": ["grant_type=client_credentials", { "content-type": ";;" }, 400],
  "another character set": [
    "grant_type=client_credentials",
    { "content-type": `${form}; charset=utf-16le` },
    415,
  ],
  "a made-up character set": ["grant_type=client_credentials", { "content-type": `${form}; charset=x` }, 415],
  "a compressed form": ["grant_type=client_credentials", { "content-encoding": "gzip" }, 415],
  "nothing at all": ["", {}, 400],
  "separators alone": ["&&&==&", {}, 400],
  "lists and objects": ["grant_type[]=client_credentials&scope[a]=b", {}, 400],
  "names that objects inherit": ["__proto__=x&constructor=y&toString=z", {}, 400],
  "5,000 parameters": [Array.from({ length: 5000 }, (_, index) => `a${index}=1`).join("&"), {}, 400],
  "200,000 characters": [`grant_type=client_credentials&a=${"x".repeat(200_000)}`, {}, 400],
};

for (const [what, [body, headers, status]] of Object.entries(bodies))
  test(`${what} is refused at every endpoint that takes a form`, async () => {
    for (const path of posted) {
      const response = await server.post(path, body, { ...basic, ...headers });
      assert.deepEqual([response.status, response.headers.get("cache-control")], [status, "no-store"], path);
      assert.match(String(response.json.error), /^invalid_(?:request|scope)$|^unauthorized_client$/, path);
    }
  });

test("a declared UTF-8 charset is accepted", async () => {
  const body = "grant_type=client_credentials&scope=verify:read";
  for (const type of [`${form}; charset=UTF-8`, `${form};charset="utf-8"`]) {
    const response = await server.post("/oauth2/token", body, { ...basic, "content-type": type });
    assert.equal(response.status, 200, type);
  }
});

test("a body without an end is cut off, fast or slow", async () => {
  const head = `POST /oauth2/token HTTP/1.1\r\nHost: api.test\r\nContent-Type: ${form}\r\nTransfer-Encoding: chunked\r\n\r\n`;
  const piece = `4000\r\n${"x".repeat(0x4000)}\r\n`;
  assert.match(
    await sendRaw(server.origin, head + piece.repeat(10), 5000),
    /^HTTP\/1\.1 400 .*invalid_request/s,
  );
  const startedAt = performance.now();
  await sendRaw(server.origin, `${head}4000\r\nxx`, 20_000);
  assert.ok(performance.now() - startedAt < 15_000, "the connection was cut");
});

/** Parameters that must not be repeated, by endpoint. */
const twice: Readonly<Record<string, readonly string[]>> = {
  "/oauth2/revoke": ["token=x&token=y", "token=x&token_type_hint=a&token_type_hint=b"],
  "/oauth2/introspect": ["token=x&token=y", "token=x&token_type_hint=a&token_type_hint=b"],
  "/oauth2/par": [
    "scope=openid&scope=verify:read",
    "redirect_uri=a&redirect_uri=b",
    "code_challenge=a&code_challenge=b",
  ],
  "/oauth2/device_authorization": ["scope=verify:read&scope=verify:write"],
  "/oauth2/token": [
    "grant_type=authorization_code&code=x&redirect_uri=a&redirect_uri=b&code_verifier=c",
    "grant_type=authorization_code&code=x&redirect_uri=a&code_verifier=c&code_verifier=d",
    "grant_type=refresh_token&refresh_token=a&refresh_token=b",
    `grant_type=${deviceGrant}&device_code=a&device_code=b`,
  ],
};

for (const [path, texts] of Object.entries(twice))
  test(`duplicate parameters are refused at ${path}`, async () => {
    for (const text of [...texts, `${texts[0]}&client_id=other`]) {
      const { status, json } = await server.post(path, `client_id=app&${text}`);
      assert.deepEqual([status, json.error], [400, "invalid_request"], text);
    }
  });

/** Authorization headers without valid client credentials. */
const headers: Readonly<Record<string, number>> = {
  Basic: 400,
  "Basic ====": 400,
  [`Basic ${btoa("machine")}`]: 400,
  [`Basic ${btoa("machine:")}`]: 400,
  [`Basic ${btoa(`:${secret}`)}`]: 400,
  [`Basic ${btoa("%zz:%zz")}`]: 400,
  [`Basic ${btoa("machine\u0000:x")}`]: 400,
  [`Basic ${btoa("__proto__:x")}`]: 401,
  [`Basic ${btoa("app:x")}`]: 401,
  [`Basic ${btoa(`machine:${"x".repeat(5000)}`)}`]: 401,
  "Bearer x": 400,
  [`Digest ${btoa(`machine:${secret}`)}`]: 400,
};

test("invalid credentials are refused without details", async () => {
  for (const [authorization, expected] of Object.entries(headers)) {
    const response = await server.post("/oauth2/token", "grant_type=client_credentials", { authorization });
    assert.equal(response.status, expected, authorization.slice(0, 40));
    assert.deepEqual(Object.keys(response.json), ["error", "error_description"]);
  }
});

test("no response leads to another host that a request names", async () => {
  const body = "grant_type=client_credentials&scope=verify:read";
  const received = await sendRaw(
    server.origin,
    `POST /oauth2/token HTTP/1.1\r\nHost: evil.test\r\nX-Forwarded-Host: evil.test\r\nX-Forwarded-Proto: http\r\nForwarded: host=evil.test\r\nAuthorization: ${basic.authorization}x\r\nContent-Type: ${form}\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
  );
  assert.doesNotMatch(received, /evil/);
  const { url } = await createRequest();
  const page = await sendRaw(
    server.origin,
    `GET ${url.pathname}${url.search} HTTP/1.1\r\nHost: evil.test\r\nX-Forwarded-Host: evil.test\r\nConnection: close\r\n\r\n`,
  );
  assert.equal(readStatus(page), 303);
  assert.doesNotMatch(page, /evil/);
});

const names = [
  "client_id",
  "client_secret",
  "grant_type",
  "scope",
  "code",
  "redirect_uri",
  "code_verifier",
  "token",
];
const more = [
  "refresh_token",
  "device_code",
  "resource",
  "client_assertion",
  "client_assertion_type",
  "request",
  "claims",
];
const values = [
  "app",
  "machine",
  secret,
  "authorization_code",
  "refresh_token",
  "client_credentials",
  deviceGrant,
];

test("no form yields a token without credentials or an internal error", async () => {
  const pair = fc.tuple(
    fc.oneof(fc.constantFrom(...names, ...more), fc.string({ maxLength: 10 })),
    fc.oneof(fc.constantFrom(...values, issuer, redirectUri), fc.string({ unit: "binary", maxLength: 50 })),
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...posted), fc.array(pair, { maxLength: 8 }), async (path, pairs) => {
      const sent = pairs.filter(([, value]) => value !== secret || path !== "/oauth2/token");
      const { status, json } = await server.post(path, new URLSearchParams(sent as [string, string][]));
      assert.ok(status < 500, `${status}`);
      assert.equal(json.access_token, undefined);
    }),
    { numRuns: 300 },
  );
});

test("after all of this every printed line is a log line, and no request failed internally", async () => {
  const lines = server.platform.gateway.process.output.trim().split("\n");
  assert.ok(lines.length > 1);
  for (const line of lines) {
    const { level } = JSON.parse(line) as { level: string };
    assert.ok(!["error", "fatal"].includes(level), line);
  }
});
