import type { Configuration, errors as OAuth2Errors } from "oidc-provider";
import { readAcceptedAudiences } from "./oidc-provider-patches.ts";

type AssertionCheck = NonNullable<Configuration["assertJwtClientAuthClaimsAndHeader"]>;

/** Maximum lifetime of an assertion, in seconds, which is how long it must be remembered as used. */
export const longestAssertionSeconds = 3600;

/**
 * Requirements on a client's assertion (RFC 7523 section 3) beyond what the library has checked: signature, times,
 * issuer, subject, and that this server is in its audience.
 */
export function createAssertionCheck(errors: typeof OAuth2Errors): AssertionCheck {
  return async (context, { aud, exp }, { crit }) => {
    // RFC 7515 section 4.1.11: no extension is supported here. The library accepts `b64`, which no JWT may have
    // (RFC 7797 section 7).
    if (crit !== undefined)
      throw new errors.InvalidClientAuth("no critical header parameter (crit) is supported");
    const accepted = readAcceptedAudiences(context.oidc);
    // Any other audience could replay it here.
    if (![aud].flat().every((one) => accepted.has(one)))
      throw new errors.InvalidClientAuth("audience (aud) must be this server alone");
    if (Number(exp) > Date.now() / 1000 + longestAssertionSeconds)
      throw new errors.InvalidClientAuth(`expiration must be within ${longestAssertionSeconds} seconds`);
  };
}
