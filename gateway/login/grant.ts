import type Provider from "oidc-provider";

type Details = Awaited<ReturnType<Provider["interactionDetails"]>>;

/** What the consent prompt still needs. */
interface Missing {
  readonly missingOIDCScope?: readonly string[];
  readonly missingOIDCClaims?: readonly string[];
  readonly missingResourceScopes?: Readonly<Record<string, readonly string[]>>;
}

/**
 * Records that the user allowed everything requested. Returns the id of a new grant; an existing one is extended
 * in place.
 */
export async function grantConsent(provider: Provider, details: Details): Promise<string | undefined> {
  const accountId = details.session?.accountId;
  if (accountId === undefined) throw new Error("Consent without an account.");
  const clientId = String(details.params.client_id);
  const existing = details.grantId === undefined ? undefined : await provider.Grant.find(details.grantId);
  const grant = existing ?? new provider.Grant({ accountId, clientId });
  const missing = details.prompt.details as Missing;
  if (missing.missingOIDCScope !== undefined) grant.addOIDCScope(missing.missingOIDCScope.join(" "));
  if (missing.missingOIDCClaims !== undefined) grant.addOIDCClaims([...missing.missingOIDCClaims]);
  for (const [resource, scopes] of Object.entries(missing.missingResourceScopes ?? {}))
    grant.addResourceScope(resource, scopes.join(" "));
  const grantId = await grant.save();
  return existing === undefined ? grantId : undefined;
}
