import type { Suite } from "../check.ts";
import { aChangeDuringAFailoverIsAtomic } from "./a-change-during-a-failover-is-atomic.ts";
import { aLostCachePrimaryIsReplacedAndNoInvalidTokenIsAccepted } from "./a-lost-cache-primary-is-replaced-and-no-invalid-token-is-accepted.ts";
import { aLostDatabaseWriterIsReplacedWhileTheGatewayKeepsServing } from "./a-lost-database-writer-is-replaced-while-the-gateway-keeps-serving.ts";
import { aStoppedGatewayIsReplacedWithoutAFailedRequest } from "./a-stopped-gateway-is-replaced-without-a-failed-request.ts";

export const recovery: Suite = {
  name: "recovery",
  subject: "the impact of a fault under load",
  order: "one by one",
  checks: [
    aStoppedGatewayIsReplacedWithoutAFailedRequest,
    aLostCachePrimaryIsReplacedAndNoInvalidTokenIsAccepted,
    aLostDatabaseWriterIsReplacedWhileTheGatewayKeepsServing,
    aChangeDuringAFailoverIsAtomic,
  ],
};
