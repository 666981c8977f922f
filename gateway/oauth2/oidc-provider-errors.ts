import type Provider from "oidc-provider";
import type { Context, Next } from "../login/context.ts";
import { routes } from "./endpoints.ts";

/**
 * For a client without the grant or response type the library reports `invalid_request` instead of
 * `unauthorized_client`: RFC 6749 sections 4.1.2.1 and 5.2.
 */
const unauthorized = /^(?:requested (?:grant type|response_type)|urn:\S+) is not allowed for this client$/;
const replayed = "DPoP proof JWT Replay detected";
/** Set where a proof was replayed. */
const replay = "proofReplay";

/** The library reports reasons of `invalid_grant` to its listeners only. */
export function noteReplays(provider: Provider): void {
  provider.on("grant.error", (context, error) => {
    if (error.error_detail === replayed) context.state[replay] = true;
  });
}

/** Corrects responses where the library deviates from the standards. */
export async function correctErrors(context: Context, next: Next): Promise<void> {
  await next();
  const body = context.body as { error?: unknown; error_description?: unknown } | null | undefined;
  if (typeof body?.error !== "string") return;
  // RFC 7662 section 2.2: an unknown token, of whatever form, is inactive, which is not an error.
  if (context.path === routes.introspection && body.error === "unsupported_token_type") {
    context.status = 200;
    context.body = { active: false };
    return;
  }
  if (body.error === "invalid_request" && unauthorized.test(String(body.error_description)))
    body.error = "unauthorized_client";
  // RFC 9449 section 5.
  if (body.error === "invalid_grant" && context.state[replay] === true)
    Object.assign(body, { error: "invalid_dpop_proof", error_description: "the proof was already used" });
}
