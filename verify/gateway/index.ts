import type { Suite } from "../check.ts";
import { aDeadUpstreamGets502 } from "./a-dead-upstream-gets-502.ts";
import { aForgedIdentityDoesNotReachTheUpstream } from "./a-forged-identity-does-not-reach-the-upstream.ts";
import { aMalformedTokenGets401 } from "./a-malformed-token-gets-401.ts";
import { aMissingScopeGets403 } from "./a-missing-scope-gets-403.ts";
import { aMissingTokenGets401 } from "./a-missing-token-gets-401.ts";
import { aResponseStreamsThrough } from "./a-response-streams-through.ts";
import { aRevokedTokenGets401 } from "./a-revoked-token-gets-401.ts";
import { aSlowUpstreamGets504 } from "./a-slow-upstream-gets-504.ts";
import { anAuthorizedRequestReachesTheUpstream } from "./an-authorized-request-reaches-the-upstream.ts";
import { anUnknownRouteGets404 } from "./an-unknown-route-gets-404.ts";
import { anUnknownTokenGets401 } from "./an-unknown-token-gets-401.ts";

export const gateway: Suite = {
  name: "gateway",
  subject: "how the gateway treats requests behind the ingress",
  order: "together",
  checks: [
    anAuthorizedRequestReachesTheUpstream,
    aMissingTokenGets401,
    aMalformedTokenGets401,
    anUnknownTokenGets401,
    aRevokedTokenGets401,
    aMissingScopeGets403,
    anUnknownRouteGets404,
    aDeadUpstreamGets502,
    aSlowUpstreamGets504,
    aResponseStreamsThrough,
    aForgedIdentityDoesNotReachTheUpstream,
  ],
};
