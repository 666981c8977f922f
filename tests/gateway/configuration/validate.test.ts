import assert from "node:assert/strict";
import { test } from "tap";
import { normalizeCors } from "../../../gateway/configuration/cors.ts";
import type {
  ClientEntry,
  ConfigurationDocument,
  RouteEntry,
} from "../../../gateway/configuration/document.ts";
import { normalizeDocument } from "../../../gateway/configuration/normalize.ts";
import { findOverlaps } from "../../../gateway/configuration/overlaps.ts";
import { validateConfiguration } from "../../../gateway/configuration/validate.ts";
import { createRoute } from "./migrated-database.ts";

const client: ClientEntry = {
  name: "shop",
  description: "",
  public: false,
  scopes: ["verify:read"],
  grantTypes: ["client_credentials"],
  redirectUris: [],
  postLogoutRedirectUris: [],
  tokenEndpointAuthMethod: "client_secret_basic",
  jwks: null,
  requirePushedAuthorizationRequests: false,
  dpopBoundAccessTokens: false,
  idTokenSignedResponseAlg: "RS256",
};
const right: ConfigurationDocument = {
  upstreams: [
    {
      name: "stub",
      connectLimitMs: 1000,
      health: null,
      targets: [{ origin: "http://10.0.0.5:8080", weight: 1 }],
    },
  ],
  scopes: [{ name: "verify:read", description: "" }],
  routes: [createRoute("orders")],
  clients: [client],
};

function findProblems(document: Partial<ConfigurationDocument>): string[] {
  return validateConfiguration(normalizeDocument({ ...right, ...document })).map(
    ({ kind, name, field }) => `${kind}/${name}/${field}`,
  );
}

test("a valid configuration has no problem", async () => {
  assert.deepEqual(findProblems({}), []);
});

const cors = (origins: readonly string[]) => normalizeCors({ origins });

test("equivalent CORS settings have one normal form", async () => {
  assert.deepEqual(cors(["HTTPS://App.test:443/", "https://app.test", "*"]), {
    origins: ["*", "https://app.test"],
    headers: ["authorization", "content-type", "dpop"],
    exposedHeaders: [],
    credentials: false,
    maxAgeSeconds: 600,
  });
});

const wrongRoutes: readonly (readonly [what: string, fields: Partial<RouteEntry>, field: string])[] = [
  ["without a slash", { path: "orders" }, "path"],
  ["with a star in the middle", { path: "/a/*/b" }, "path"],
  ["that climbs", { path: "/a/../b" }, "path"],
  ["with an empty segment", { path: "/a//b" }, "path"],
  ["with a query", { path: "/a?b" }, "path"],
  ["with an escape that no request keeps", { path: "/%41" }, "path"],
  ["that is the gateway's own", { path: "/oauth2/token" }, "path"],
  ["of the health check", { path: "/health/{what}" }, "path"],
  ["to an API that is not there", { upstream: "nowhere" }, "upstream"],
  ["with a scope that is not there", { scopes: ["nobody:knows"] }, "scopes"],
  ["that is public and asks for a scope", { public: true }, "scopes"],
  ["without methods", { methods: [] }, "methods"],
  ["with a method that cannot be forwarded", { methods: ["CONNECT"] }, "methods"],
  ["with a port in its host", { host: "api.example.com:443" }, "host"],
  ["with a rewrite that is no path", { rewritePrefix: "v2" }, "rewritePrefix"],
  ["with a rewrite that climbs", { rewritePrefix: "/../admin" }, "rewritePrefix"],
  ["with a limit below 1", { firstByteLimitMs: 0 }, "firstByteLimitMs"],
  ["with a fraction of a retry", { retries: 0.5 }, "retries"],
  ["for pages of no origin", { cors: cors([]) }, "cors"],
  ["for pages of a path", { cors: cors(["https://app.test/path"]) }, "cors"],
  ["for pages of an opaque origin", { cors: cors(["null"]) }, "cors"],
  ["for pages of another scheme", { cors: cors(["ftp://app.test"]) }, "cors"],
  ["for every origin and one more", { cors: cors(["*", "https://app.test"]) }, "cors"],
  ["for every origin with credentials", { cors: { ...cors(["*"]), credentials: true } }, "cors"],
  ["for a header that none can be", { cors: { ...cors(["*"]), headers: ["a b"] } }, "cors"],
  ["with a preflight for ever", { cors: { ...cors(["*"]), maxAgeSeconds: 1e9 } }, "cors"],
  ["with a rate of nothing", { rate: { perSecond: 0, burst: 1 } }, "rate"],
];
for (const [what, fields, field] of wrongRoutes)
  test(`a route ${what} is refused at its field`, async () => {
    assert.deepEqual(findProblems({ routes: [{ ...createRoute("wrong"), ...fields }] }), [
      `routes/wrong/${field}`,
    ]);
  });

const wrongOrigins = [
  "10.0.0.5:8080",
  "ftp://10.0.0.5",
  "http://10.0.0.5/path",
  "http://user@10.0.0.5",
  "http://169.254.169.254",
  "http://[fe80::1]",
  "http://[::ffff:169.254.169.254]",
  "http://2852039166",
  "http://169.254.0.1:8080",
  "http://[febf::1]",
  "http://[::ffff:a9fe:a9fe]",
  "http://[::ffff:0:a9fe:a9fe]",
  "http://[64:ff9b::a9fe:a9fe]",
  "http://[fd00:ec2::254]",
];
for (const origin of wrongOrigins)
  test(`the origin ${origin} is refused`, async () => {
    const upstreams = [
      { name: "stub", connectLimitMs: 1000, health: null, targets: [{ origin, weight: 1 }] },
    ];
    assert.deepEqual([...new Set(findProblems({ upstreams }))], ["upstreams/stub/targets"]);
  });

for (const origin of [
  "http://169.253.255.255",
  "http://169.254.example.com",
  "http://[fec0::1]",
  "http://[fd00:ec3::1]",
  "http://[::ffff:a00:5]",
  "http://[64:ff9b::a00:5]",
])
  test(`the origin ${origin} is not link-local`, async () => {
    const upstreams = [
      { name: "stub", connectLimitMs: 1000, health: null, targets: [{ origin, weight: 1 }] },
    ];
    assert.deepEqual(findProblems({ upstreams }), []);
  });

for (const path of [
  "",
  "health",
  "http://10.0.0.5/health",
  "/a/../b",
  "/a b",
  "/a#b",
  "/a\r\nX: y",
  `/${"a".repeat(500)}`,
])
  test(`the health check path ${JSON.stringify(path.slice(0, 30))} is refused`, async () => {
    const targets = [{ origin: "http://10.0.0.5", weight: 1 }];
    const upstreams = [{ name: "stub", connectLimitMs: 1, health: { path, intervalMs: 1000 }, targets }];
    assert.deepEqual(findProblems({ upstreams }), ["upstreams/stub/health"]);
  });

test("an API needs an origin that accepts requests", async () => {
  const targets = [{ origin: "http://10.0.0.5", weight: 0 }];
  assert.deepEqual(
    findProblems({ upstreams: [{ name: "stub", connectLimitMs: 1, health: null, targets }] }),
    ["upstreams/stub/targets"],
  );
});

const wrongClients: readonly (readonly [what: string, fields: Partial<ClientEntry>, field: string])[] = [
  ["with a scope that is not there", { scopes: ["nobody:knows"] }, "scopes"],
  ["without a grant", { grantTypes: [] }, "grantTypes"],
  ["with the password grant", { grantTypes: ["password"] }, "grantTypes"],
  [
    "that is public and uses its own credentials",
    { public: true, tokenEndpointAuthMethod: "none" },
    "grantTypes",
  ],
  [
    "that does not authenticate and is not public",
    { tokenEndpointAuthMethod: "none" },
    "tokenEndpointAuthMethod",
  ],
  ["with an unknown method", { tokenEndpointAuthMethod: "client_secret_jwt" }, "tokenEndpointAuthMethod"],
  ["with an unknown signature", { idTokenSignedResponseAlg: "HS256" }, "idTokenSignedResponseAlg"],
  [
    "without a code to push for",
    { requirePushedAuthorizationRequests: true },
    "requirePushedAuthorizationRequests",
  ],
  [
    "with an address after signing out over plain HTTP",
    {
      grantTypes: ["authorization_code"],
      redirectUris: ["https://shop.example/cb"],
      postLogoutRedirectUris: ["http://shop.example/"],
    },
    "postLogoutRedirectUris",
  ],
  [
    "with an address after signing out and no codes",
    { postLogoutRedirectUris: ["https://shop.example/"] },
    "postLogoutRedirectUris",
  ],
  ["with codes and no redirect URI", { grantTypes: ["authorization_code"] }, "redirectUris"],
  [
    "with a redirect URI over plain HTTP",
    { grantTypes: ["authorization_code"], redirectUris: ["http://shop.example/cb"] },
    "redirectUris",
  ],
  [
    "with a wildcard redirect URI",
    { grantTypes: ["authorization_code"], redirectUris: ["https://*.example/cb"] },
    "redirectUris",
  ],
];
for (const [what, fields, field] of wrongClients)
  test(`a client ${what} is refused at its field`, async () => {
    assert.deepEqual(findProblems({ clients: [{ ...client, ...fields }] }), [`clients/shop/${field}`]);
  });

test("routes conflict when method, host and shape of the path are the same, whatever the parameters' names", async () => {
  const route = (name: string, fields: Partial<RouteEntry>) => ({ ...createRoute(name), ...fields });
  const one = route("one", { path: "/orders/{id}" });
  assert.deepEqual(findProblems({ routes: [one, route("two", { path: "/orders/{order}" })] }), [
    "routes/two/path",
  ]);
  assert.deepEqual(
    findProblems({ routes: [one, route("two", { path: "/orders/{id}", methods: ["POST"] })] }),
    [],
  );
  assert.deepEqual(
    findProblems({ routes: [one, route("two", { path: "/orders/{id}", host: "a.example" })] }),
    [],
  );
  assert.deepEqual(findProblems({ routes: [one, route("two", { path: "/orders/new" })] }), []);
});

const meetings: readonly (readonly [one: string, other: string, winner: "one" | "other" | undefined])[] = [
  ["/orders/{id}", "/orders/latest", "other"],
  ["/orders/*", "/orders/{id}", "other"],
  ["/orders/latest", "/*", "one"],
  ["/{a}/b", "/a/{b}", "other"],
  ["/orders/{id}", "/orders/{id}/items", undefined],
  ["/orders", "/orders/*", undefined],
  ["/a/{id}", "/b/{id}", undefined],
];
for (const [path, other, winner] of meetings)
  test(`${path} and ${other} ${winner === undefined ? "never meet" : `meet, and ${winner} wins`}`, async () => {
    const one = { ...createRoute("one"), path };
    const [found] = findOverlaps(one, [one, { ...createRoute("other"), path: other }]);
    assert.equal(found?.winner, winner);
  });
