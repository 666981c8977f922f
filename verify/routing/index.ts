import type { Suite } from "../check.ts";
import { aBodyOverTheLimitGets413 } from "./a-body-over-the-limit-gets-413.ts";
import { aSmuggledRequestIsNotServed } from "./a-smuggled-request-is-not-served.ts";
import { aTraceContextReachesTheUpstream } from "./a-trace-context-reaches-the-upstream.ts";
import { aWrongMethodGets405 } from "./a-wrong-method-gets-405.ts";
import { anAmbiguousPathIsRefused } from "./an-ambiguous-path-is-refused.ts";
import { anAmbiguousRequestIsRefused } from "./an-ambiguous-request-is-refused.ts";
import { forgedForwardingHeadersAreNotTrusted } from "./forged-forwarding-headers-are-not-trusted.ts";
import { hopByHopHeadersAreNotForwarded } from "./hop-by-hop-headers-are-not-forwarded.ts";

export const routing: Suite = {
  name: "routing",
  subject: "whether every server on the path interprets a request identically",
  order: "together",
  checks: [
    anAmbiguousPathIsRefused,
    aWrongMethodGets405,
    anAmbiguousRequestIsRefused,
    aSmuggledRequestIsNotServed,
    hopByHopHeadersAreNotForwarded,
    aTraceContextReachesTheUpstream,
    aBodyOverTheLimitGets413,
    forgedForwardingHeadersAreNotTrusted,
  ],
};
