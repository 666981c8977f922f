import type { Configuration, errors as OAuth2Errors } from "oidc-provider";

type AssertionCheck = NonNullable<Configuration["assertJwtClientAuthClaimsAndHeader"]>;

/** Longest time for which an assertion can be good, in seconds: for so long it has to be remembered as used. */
export const longestAssertionSeconds = 3600;

/**
 * What is asked of a client's assertion (RFC 7523 3) beyond what the library has checked by now: signature, times,
 * issuer, subject, and that this server is among its audience.
 */
export function createAssertionCheck(errors: typeof OAuth2Errors): AssertionCheck {
  return async (context, { aud, exp }, { crit }) => {
    // RFC 7515 4.1.11: no extension is understood here. The library takes `b64`, which no JWT may have (RFC 7797 7).
    if (crit !== undefined)
      throw new errors.InvalidClientAuth("no critical header parameter (crit) is supported");
    const accepted = (context.oidc as unknown as Audience).clientJwtAuthExpectedAudience();
    // Whoever else it is for could show it here.
    if (![aud].flat().every((one) => accepted.has(one)))
      throw new errors.InvalidClientAuth("audience (aud) must be this server alone");
    if (Number(exp) > Date.now() / 1000 + longestAssertionSeconds)
      throw new errors.InvalidClientAuth(`expiration must be within ${longestAssertionSeconds} seconds`);
  };
}

interface Audience {
  clientJwtAuthExpectedAudience(): ReadonlySet<unknown>;
}
