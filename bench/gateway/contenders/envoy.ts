import { createToken } from "../test-bed/json-web-token.ts";
import { httpPort, type Network } from "../test-bed/network.ts";
import type { TestBed } from "../test-bed/test-bed.ts";
import { describeProgram } from "./program.ts";

const extension = "type.googleapis.com/envoy.extensions";
const router = { name: "router", typed_config: { "@type": `${extension}.filters.http.router.v3.Router` } };
const program = {
  program: "envoy",
  args: (path: (file: string) => string) => [
    "-c",
    path("envoy.json"),
    "--concurrency",
    "1",
    "--disable-hot-restart",
    "-l",
    "warn",
  ],
};

export const envoy = describeProgram({
  ...program,
  name: "envoy",
  files: ({ network }, host) => ({ "envoy.json": render(network, host, [router]) }),
});

export const envoyJwt = describeProgram({
  ...program,
  name: "envoy-jwt-rs256",
  checks: "JWT by jwt_authn RS256 (2048 bits); expiry; issuer; audience",
  files: (testBed, host) => ({
    "envoy.json": render(testBed.network, host, [renderJwtAuthn(testBed), router]),
  }),
  authorizations: ({ keys }) => [`Bearer ${createToken("RS256", keys.rsa.privateKey, "verifier")}`],
});

function renderJwtAuthn({ keys }: TestBed): object {
  const jwk = { ...keys.rsa.publicKey.export({ format: "jwk" }), kid: "bench", alg: "RS256", use: "sig" };
  const provider = {
    issuer: "https://api.bench",
    audiences: ["api"],
    local_jwks: { inline_string: JSON.stringify({ keys: [jwk] }) },
  };
  return {
    name: "jwt_authn",
    typed_config: {
      "@type": `${extension}.filters.http.jwt_authn.v3.JwtAuthentication`,
      providers: { bench: provider },
      rules: [{ match: { prefix: "/" }, requires: { provider_name: "bench" } }],
    },
  };
}

function render(network: Network, host: string, filters: readonly object[]): string {
  const at = (address: string) => ({ socket_address: { address, port_value: httpPort } });
  const route = { match: { prefix: "/" }, route: { cluster: "upstream" } };
  const manager = {
    "@type": `${extension}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: "ingress",
    route_config: { virtual_hosts: [{ name: "all", domains: ["*"], routes: [route] }] },
    http_filters: filters,
  };
  const limits = {
    priority: "DEFAULT",
    max_connections: 4096,
    max_pending_requests: 4096,
    max_requests: 4096,
  };
  return JSON.stringify({
    static_resources: {
      listeners: [
        {
          name: "ingress",
          address: at(host),
          filter_chains: [{ filters: [{ name: "http", typed_config: manager }] }],
        },
      ],
      clusters: [
        {
          name: "upstream",
          type: "STATIC",
          circuit_breakers: { thresholds: [limits] },
          load_assignment: {
            cluster_name: "upstream",
            endpoints: [{ lb_endpoints: [{ endpoint: { address: at(network.upstream) } }] }],
          },
        },
      ],
    },
  });
}
