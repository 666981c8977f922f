import type { Suite } from "../check.ts";
import { aBodyOverTheLimitGets413 } from "./a-body-over-the-limit-gets-413.ts";
import { aPathTrickIsRefused } from "./a-path-trick-is-refused.ts";
import { aRequestCannotHideInAnother } from "./a-request-cannot-hide-in-another.ts";
import { aTraceGoesOnToTheUpstream } from "./a-trace-goes-on-to-the-upstream.ts";
import { aWrongMethodGets405 } from "./a-wrong-method-gets-405.ts";
import { anAmbiguousRequestIsRefused } from "./an-ambiguous-request-is-refused.ts";
import { forwardingFieldsFromOutsideAreNotBelieved } from "./forwarding-fields-from-outside-are-not-believed.ts";
import { hopByHopFieldsEndAtTheGateway } from "./hop-by-hop-fields-end-at-the-gateway.ts";

export const routing: Suite = {
  name: "routing",
  subject: "that every server on the way reads the same request",
  order: "together",
  checks: [
    aPathTrickIsRefused,
    aWrongMethodGets405,
    anAmbiguousRequestIsRefused,
    aRequestCannotHideInAnother,
    hopByHopFieldsEndAtTheGateway,
    aTraceGoesOnToTheUpstream,
    aBodyOverTheLimitGets413,
    forwardingFieldsFromOutsideAreNotBelieved,
  ],
};
