import type { Suite } from "../check.ts";
import { aClientAssertionIsTakenOnce } from "./a-client-assertion-is-taken-once.ts";
import { aDuplicatedParameterIsRefused } from "./a-duplicated-parameter-is-refused.ts";
import { aPersonSignsInAsABrowserDoes } from "./a-person-signs-in-as-a-browser-does.ts";
import { aRequestThatMustBePushedIsNotTakenOtherwise } from "./a-request-that-must-be-pushed-is-not-taken-otherwise.ts";
import { aRevokedTokenIsDeadAtEveryGateway } from "./a-revoked-token-is-dead-at-every-gateway.ts";
import { aRevokedTokenIsInactive } from "./a-revoked-token-is-inactive.ts";
import { aTokenIsIssuedOnlyForGrantedScopes } from "./a-token-is-issued-only-for-granted-scopes.ts";
import { aWrongSecretGets401 } from "./a-wrong-secret-gets-401.ts";
import { anAnswerWithATokenIsNotStored } from "./an-answer-with-a-token-is-not-stored.ts";
import { anAuthorizationWithoutPkceIsRefused } from "./an-authorization-without-pkce-is-refused.ts";
import { anUnregisteredRedirectIsNotFollowed } from "./an-unregistered-redirect-is-not-followed.ts";
import { implicitAndPasswordGrantsAreRefused } from "./implicit-and-password-grants-are-refused.ts";
import { theMetadataIsPublishedUnderItsIssuer } from "./the-metadata-is-published-under-its-issuer.ts";

export const oauth2: Suite = {
  name: "oauth2",
  subject: "to whom the OAuth2 server gives what",
  order: "together",
  checks: [
    theMetadataIsPublishedUnderItsIssuer,
    aPersonSignsInAsABrowserDoes,
    aTokenIsIssuedOnlyForGrantedScopes,
    aWrongSecretGets401,
    aClientAssertionIsTakenOnce,
    aDuplicatedParameterIsRefused,
    anAnswerWithATokenIsNotStored,
    aRevokedTokenIsInactive,
    aRevokedTokenIsDeadAtEveryGateway,
    anAuthorizationWithoutPkceIsRefused,
    aRequestThatMustBePushedIsNotTakenOtherwise,
    implicitAndPasswordGrantsAreRefused,
    anUnregisteredRedirectIsNotFollowed,
  ],
};
