import { authMethods, grantTypes, idTokenAlgorithms, textLimits } from "./bounds.ts";
import { validateKeys } from "./client-keys.ts";
import type { ClientEntry } from "./document.ts";
import type { EntryProblems } from "./problems.ts";

const knownGrantTypes: ReadonlySet<string> = new Set(grantTypes);
const knownAuthMethods: ReadonlySet<string> = new Set(authMethods);
const knownAlgorithms: ReadonlySet<string> = new Set(idTokenAlgorithms);

/** Validates a client against RFC 6749 section 2 and RFC 9700 section 2. */
export function validateClient(
  client: ClientEntry,
  scopes: ReadonlySet<string>,
  report: EntryProblems,
): void {
  report.text("description", client.description, textLimits.description);
  report.words("scopes", client.scopes, scopes, "scope");
  report.words("grantTypes", client.grantTypes, knownGrantTypes, "grant type");
  report.text("scopes", client.scopes.join(" "), textLimits.clientScopes);
  report.text("redirectUris", client.redirectUris.join(" "), textLimits.redirectUris);
  report.text("postLogoutRedirectUris", client.postLogoutRedirectUris.join(" "), textLimits.redirectUris);
  for (const field of ["redirectUris", "postLogoutRedirectUris"] as const)
    for (const uri of client[field]) validateRedirectUri(uri, { field, isPublic: client.public }, report);
  const redirected = client.grantTypes.includes("authorization_code");
  report.require(client.grantTypes.length > 0, "grantTypes", "At least one grant type is required.");
  report.require(
    !(client.public && client.grantTypes.includes("client_credentials")),
    "grantTypes",
    "A public client has no secret and cannot use client_credentials.",
  );
  report.require(
    !redirected || client.redirectUris.length > 0,
    "redirectUris",
    "authorization_code needs at least one redirect URI.",
  );
  for (const field of ["redirectUris", "postLogoutRedirectUris"] as const)
    report.require(
      redirected || client[field].length === 0,
      field,
      "Redirect URIs require the grant type authorization_code.",
    );
  report.require(
    redirected || !client.requirePushedAuthorizationRequests,
    "requirePushedAuthorizationRequests",
    "Pushed authorization requests require the grant type authorization_code.",
  );
  report.words("idTokenSignedResponseAlg", [client.idTokenSignedResponseAlg], knownAlgorithms, "algorithm");
  validateAuthentication(client, report);
}

/** Exactly one authentication method, with its credentials: a second one would be the weakest link. */
function validateAuthentication(client: ClientEntry, report: EntryProblems): void {
  const { tokenEndpointAuthMethod: method, jwks } = client;
  report.words("tokenEndpointAuthMethod", [method], knownAuthMethods, "authentication method");
  report.require(
    (method === "none") === client.public,
    "tokenEndpointAuthMethod",
    client.public
      ? "A public client cannot authenticate; its method must be none."
      : "The method none requires a public client.",
  );
  report.require(
    jwks === null || method === "private_key_jwt",
    "jwks",
    "Keys are allowed for private_key_jwt only.",
  );
  report.require(
    jwks !== null || method !== "private_key_jwt",
    "jwks",
    "private_key_jwt requires a public key.",
  );
  if (jwks !== null) validateKeys(jwks, report);
}

/**
 * RFC 9700 section 2.1 and RFC 8252 section 7: redirect URIs are compared exactly, so no fragments or wildcards;
 * http on loopback only.
 */
function validateRedirectUri(
  uri: string,
  {
    field,
    isPublic,
  }: { readonly field: "redirectUris" | "postLogoutRedirectUris"; readonly isPublic: boolean },
  report: EntryProblems,
): void {
  const url = URL.parse(uri);
  const loopback = url !== null && ["127.0.0.1", "[::1]"].includes(url.hostname);
  const scheme = url?.protocol ?? "";
  const appScheme = isPublic && /^[a-z][a-z0-9+-]*\.[a-z0-9.+-]+:$/.test(scheme);
  report.require(
    url !== null &&
      !/[#*\s]/.test(uri) &&
      (scheme === "https:" || (scheme === "http:" && loopback) || appScheme),
    field,
    `${JSON.stringify(uri)} is not a valid redirect URI; it must use https, or http on 127.0.0.1 or [::1] (localhost is refused, RFC 8252, section 8.3), without a fragment or wildcards.`,
  );
}
