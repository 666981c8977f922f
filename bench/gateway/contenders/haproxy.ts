import { findTool } from "../processes/programs.ts";
import { balancerDefaults } from "../test-bed/balancer-defaults.ts";
import { createToken } from "../test-bed/json-web-token.ts";
import { httpPort } from "../test-bed/network.ts";
import type { TestBed } from "../test-bed/test-bed.ts";
import { describeProgram } from "./program.ts";

const program = {
  program: "haproxy",
  locate: () => findTool("haproxy"),
  args: (path: (file: string) => string) => ["-db", "-f", path("haproxy.cfg")],
};

export const haproxy = describeProgram({
  ...program,
  name: "haproxy",
  files: (testBed, host) => ({ "haproxy.cfg": render(testBed, host, "") }),
});

export const haproxyRs256 = describeProgram({
  ...program,
  name: "haproxy-jwt-rs256",
  checks: "JWT by jwt_verify RS256 (2048 bits); expiry; scope",
  files: (testBed, host) => ({
    "haproxy.cfg": render(
      testBed,
      host,
      renderChecks("RS256", `${testBed.directory}/haproxy-jwt-rs256-public.pem`),
    ),
    "public.pem": String(testBed.keys.rsa.publicKey.export({ type: "spki", format: "pem" })),
  }),
  authorizations: ({ keys }) => [`Bearer ${createToken("RS256", keys.rsa.privateKey, "verifier")}`],
});

export const haproxyHs256 = describeProgram({
  ...program,
  name: "haproxy-jwt-hs256",
  checks: "JWT by jwt_verify HS256; expiry; scope",
  files: (testBed, host) => ({
    "haproxy.cfg": render(testBed, host, renderChecks("HS256", testBed.keys.shared.export().toString())),
  }),
  authorizations: ({ keys }) => [`Bearer ${createToken("HS256", keys.shared, "verifier")}`],
});

/** As HAProxy's documentation verifies tokens, with the same checks as our gateway's: signature, expiry, scope. */
function renderChecks(algorithm: string, key: string): string {
  return `
  http-request set-var(txn.bearer) http_auth_bearer
  http-request set-var(txn.alg) var(txn.bearer),jwt_header_query('$.alg')
  http-request set-var(txn.exp) var(txn.bearer),jwt_payload_query('$.exp','int')
  http-request set-var(txn.scope) var(txn.bearer),jwt_payload_query('$.scope')
  http-request set-var(txn.now) date()
  http-request deny deny_status 401 unless { var(txn.alg) -m str ${algorithm} }
  http-request deny deny_status 401 unless { var(txn.bearer),jwt_verify(txn.alg,"${key}") -m int 1 }
  http-request deny deny_status 401 if { var(txn.exp),sub(txn.now) -m int lt 0 }
  http-request deny deny_status 403 unless { var(txn.scope) -m sub verify:read }`;
}

function render({ network }: TestBed, host: string, checks: string): string {
  return `${balancerDefaults}
frontend ingress
  bind ${host}:${httpPort}${checks}
  default_backend upstream
backend upstream
  server upstream ${network.upstream}:${httpPort}
`;
}
