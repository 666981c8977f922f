import { readCredentials } from "../exchange/credentials.ts";
import type { Context } from "../login/context.ts";
import type { Login } from "../login/login.ts";
import { carriesToken } from "../request/query-token.ts";
import type { Client } from "../routing/route.ts";
import { findProofFault, type ProofChecks, proofAlgorithms } from "../tokens/proof.ts";
import type { TokenRecord, Tokens } from "../tokens/tokens.ts";
import { userinfo } from "./endpoints.ts";

export interface UserinfoParts {
  readonly issuer: URL;
  readonly tokens: Tokens;
  readonly checks: ProofChecks;
  readonly readLogin: () => Promise<Login>;
  readonly findClient: (id: string) => Client | undefined;
}

interface Refusal {
  readonly status: 400 | 401 | 403;
  readonly error?: string;
  readonly scheme: "Bearer" | "DPoP";
}

/**
 * Claims about the user (OpenID Connect Core section 5.3), as far as the token's scopes allow. The library's own
 * endpoint requires tokens without an audience, while ours are all for the platform, of which this endpoint is a
 * part.
 */
export async function serveUserinfo(context: Context, parts: UserinfoParts): Promise<void> {
  letPagesRead(context);
  if (context.method === "OPTIONS") {
    context.status = 204;
    return;
  }
  const found = await findToken(context, parts);
  if ("status" in found) {
    refuse(context, found, parts.issuer.host);
    return;
  }
  const scheme = found.jkt === undefined ? "Bearer" : "DPoP";
  const scopes = new Set((found.scope ?? "").split(" "));
  if (found.accountId === undefined || !scopes.has("openid")) {
    refuse(context, { status: 403, error: "insufficient_scope", scheme }, parts.issuer.host);
    return;
  }
  const account = await (await parts.readLogin()).findAccount(found.accountId);
  if (account === undefined) {
    refuse(context, { status: 401, error: "invalid_token", scheme }, parts.issuer.host);
    return;
  }
  context.body = {
    sub: account.id,
    ...(scopes.has("profile") ? { name: account.name } : {}),
    ...(scopes.has("email") && account.email !== undefined ? { email: account.email } : {}),
  };
}

/**
 * Any page may call it: the token is the only credential, and its holder could call from elsewhere.
 * https://fetch.spec.whatwg.org/#http-cors-protocol
 */
function letPagesRead(context: Context): void {
  if (context.get("origin") === "") return;
  context.set("access-control-allow-origin", "*");
  if (context.method === "OPTIONS") {
    context.set("access-control-allow-methods", "GET, POST");
    context.set("access-control-allow-headers", "authorization, dpop");
    context.set("access-control-max-age", "3600");
  } else context.set("access-control-expose-headers", "www-authenticate, dpop-nonce");
}

async function findToken(
  context: Context,
  { issuer, tokens, checks, findClient }: UserinfoParts,
): Promise<TokenRecord | Refusal> {
  const { method, req: request } = context;
  const { authorization } = request.headersDistinct;
  const credentials = readCredentials(authorization?.[0], authorization?.length ?? 0);
  // RFC 6750 section 2: one method per request.
  if (credentials !== "missing" && context.search !== "" && carriesToken(context.search))
    return { status: 400, error: "invalid_request", scheme: "Bearer" };
  if (credentials === "missing") return { status: 401, scheme: "Bearer" };
  if (credentials === "malformed") return { status: 401, error: "invalid_request", scheme: "Bearer" };
  const { token, bound } = credentials;
  const record = await tokens.find(token);
  const client = record === undefined ? undefined : findClient(record.clientId);
  if (record === undefined || client?.instance !== record.clientInstance || client === undefined)
    return { status: 401, error: "invalid_token", scheme: "Bearer" };
  if (record.jkt === undefined && bound === true)
    return { status: 401, error: "invalid_token", scheme: "Bearer" };
  if (record.jkt === undefined) return record;
  if (bound !== true) return { status: 401, error: "invalid_token", scheme: "DPoP" };
  const proofs = request.headersDistinct.dpop ?? [];
  const proven = { method, origin: issuer.origin, path: userinfo, token, thumbprint: record.jkt };
  const fault =
    proofs.length === 1
      ? await findProofFault(proofs[0]!, proven, checks)
      : { reason: "DPoP proof is missing" };
  const { nonces } = checks;
  if (fault?.needsNonce === true || nonces.demanded) context.set("dpop-nonce", await nonces.next());
  if (fault === undefined) return record;
  const error = fault.needsNonce === true ? "use_dpop_nonce" : "invalid_dpop_proof";
  return { status: 401, error, scheme: "DPoP" };
}

function refuse(context: Context, { status, error, scheme }: Refusal, realm: string): void {
  const algorithms = scheme === "DPoP" ? `, algs="${proofAlgorithms.join(" ")}"` : "";
  const reason = error === undefined ? "" : `, error="${error}"`;
  context.status = status;
  context.set("www-authenticate", `${scheme} realm="${realm}"${algorithms}${reason}`);
  context.body = error === undefined ? "" : { error };
}
