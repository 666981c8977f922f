import type { Suite } from "../check.ts";
import { aDeadUpstreamGets502 } from "./a-dead-upstream-gets-502.ts";
import { aMalformedTokenGets401 } from "./a-malformed-token-gets-401.ts";
import { aMissingScopeGets403 } from "./a-missing-scope-gets-403.ts";
import { aMissingTokenGets401 } from "./a-missing-token-gets-401.ts";
import { aRevokedTokenGets401 } from "./a-revoked-token-gets-401.ts";
import { aSlowUpstreamGets504 } from "./a-slow-upstream-gets-504.ts";
import { anAnswerStreamsThrough } from "./an-answer-streams-through.ts";
import { anAuthorisedRequestReachesTheUpstream } from "./an-authorised-request-reaches-the-upstream.ts";
import { anUnknownRouteGets404 } from "./an-unknown-route-gets-404.ts";
import { anUnknownTokenGets401 } from "./an-unknown-token-gets-401.ts";
import { identityFromOutsideDoesNotReachTheUpstream } from "./identity-from-outside-does-not-reach-the-upstream.ts";

export const gateway: Suite = {
  name: "gateway",
  subject: "what a request meets behind the entrance",
  order: "together",
  checks: [
    anAuthorisedRequestReachesTheUpstream,
    aMissingTokenGets401,
    aMalformedTokenGets401,
    anUnknownTokenGets401,
    aRevokedTokenGets401,
    aMissingScopeGets403,
    anUnknownRouteGets404,
    aDeadUpstreamGets502,
    aSlowUpstreamGets504,
    anAnswerStreamsThrough,
    identityFromOutsideDoesNotReachTheUpstream,
  ],
};
