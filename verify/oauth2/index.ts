import type { Suite } from "../check.ts";
import { aClientAssertionIsAcceptedOnce } from "./a-client-assertion-is-accepted-once.ts";
import { aDuplicatedParameterIsRefused } from "./a-duplicated-parameter-is-refused.ts";
import { aRevokedTokenIsInactive } from "./a-revoked-token-is-inactive.ts";
import { aRevokedTokenIsRejectedByEveryGateway } from "./a-revoked-token-is-rejected-by-every-gateway.ts";
import { aTokenIsIssuedOnlyForGrantedScopes } from "./a-token-is-issued-only-for-granted-scopes.ts";
import { aTokenResponseIsNotCacheable } from "./a-token-response-is-not-cacheable.ts";
import { aUserSignsInThroughTheBrowserFlow } from "./a-user-signs-in-through-the-browser-flow.ts";
import { aWrongSecretGets401 } from "./a-wrong-secret-gets-401.ts";
import { anAuthorizationWithoutPkceIsRefused } from "./an-authorization-without-pkce-is-refused.ts";
import { anUnregisteredRedirectUriIsRefused } from "./an-unregistered-redirect-uri-is-refused.ts";
import { implicitAndPasswordGrantsAreRefused } from "./implicit-and-password-grants-are-refused.ts";
import { requiredPushedAuthorizationRequestsAreEnforced } from "./required-pushed-authorization-requests-are-enforced.ts";
import { theMetadataIsPublishedUnderItsIssuer } from "./the-metadata-is-published-under-its-issuer.ts";

export const oauth2: Suite = {
  name: "oauth2",
  subject: "what the OAuth2 server issues, and to whom",
  order: "together",
  checks: [
    theMetadataIsPublishedUnderItsIssuer,
    aUserSignsInThroughTheBrowserFlow,
    aTokenIsIssuedOnlyForGrantedScopes,
    aWrongSecretGets401,
    aClientAssertionIsAcceptedOnce,
    aDuplicatedParameterIsRefused,
    aTokenResponseIsNotCacheable,
    aRevokedTokenIsInactive,
    aRevokedTokenIsRejectedByEveryGateway,
    anAuthorizationWithoutPkceIsRefused,
    requiredPushedAuthorizationRequestsAreEnforced,
    implicitAndPasswordGrantsAreRefused,
    anUnregisteredRedirectUriIsRefused,
  ],
};
