import { type Check, type CheckContext, type Finding, fail, pass } from "../check.ts";
import { parseObject } from "../client/admin.ts";
import { ask, requireResponse } from "../client/insider-request.ts";

const path = "/.well-known/oauth-authorization-server";
const endpoints = [
  "token_endpoint",
  "revocation_endpoint",
  "introspection_endpoint",
  "authorization_endpoint",
  "jwks_uri",
];

/** RFC 8414: an issuer's metadata must not lead to another issuer. */
export const theMetadataIsPublishedUnderItsIssuer: Check = {
  claim: "the metadata is published under its issuer",
  proof:
    "RFC 8414: the issuer is the address that clients use, including the port; five endpoints are below it, and S256 is the only challenge method",
  timeoutMs: 15_000,
  async run(context) {
    await requireResponse(context, "/verify/echo");
    const response = await ask(context, { what: `GET ${path}`, path });
    if (response.status !== 200) return fail(`GET ${path} should return 200 but returned ${response.status}`);
    const problem = findProblem(context, parseObject(response.body));
    return problem ?? pass(`the metadata names its issuer, and ${endpoints.length} endpoints below it`);
  },
};

function findProblem(
  context: CheckContext,
  metadata: Readonly<Record<string, unknown>>,
): Finding | undefined {
  const issuer = context.target.ingress.url;
  context.evidence.record("metadata", metadata);
  if (metadata.issuer !== issuer)
    return fail(`the issuer is ${String(metadata.issuer)}; it should be ${issuer}`);
  for (const name of endpoints) {
    const value = metadata[name];
    // A prefix match would accept https://issuer.evil.example as the issuer's.
    if (typeof value !== "string" || URL.parse(value)?.origin !== issuer)
      return fail(`${name} is ${String(value)}; it should be at ${issuer}`);
  }
  const methods = metadata.code_challenge_methods_supported;
  if (!Array.isArray(methods) || methods.join() !== "S256")
    return fail(`code_challenge_methods_supported is ${String(methods)}; it should be S256 alone`);
  return undefined;
}
