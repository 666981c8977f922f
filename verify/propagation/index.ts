import type { Suite } from "../check.ts";
import { aChangeCausesNoFailedRequest } from "./a-change-causes-no-failed-request.ts";
import { aNewRouteIsServedByEveryGateway } from "./a-new-route-is-served-by-every-gateway.ts";
import { aRemovedRouteIsServedByNoGateway } from "./a-removed-route-is-served-by-no-gateway.ts";
import { aStaleEditIsRefused } from "./a-stale-edit-is-refused.ts";

export const propagation: Suite = {
  name: "propagation",
  subject: "whether a configuration change reaches every gateway",
  order: "one by one",
  checks: [
    aNewRouteIsServedByEveryGateway,
    aRemovedRouteIsServedByNoGateway,
    aChangeCausesNoFailedRequest,
    aStaleEditIsRefused,
  ],
};
