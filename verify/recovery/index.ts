import type { Suite } from "../check.ts";
import { aChangeDuringAFailoverIsWholeOrRefused } from "./a-change-during-a-failover-is-whole-or-refused.ts";
import { aKilledGatewayIsReplacedWithoutALostRequest } from "./a-killed-gateway-is-replaced-without-a-lost-request.ts";
import { aLostCachePrimaryIsReplacedAndLetsNobodyIn } from "./a-lost-cache-primary-is-replaced-and-lets-nobody-in.ts";
import { aLostDatabaseWriterIsReplacedWhileTheGatewayServes } from "./a-lost-database-writer-is-replaced-while-the-gateway-serves.ts";

export const recovery: Suite = {
  name: "recovery",
  subject: "what a fault costs, under load",
  order: "one by one",
  checks: [
    aKilledGatewayIsReplacedWithoutALostRequest,
    aLostCachePrimaryIsReplacedAndLetsNobodyIn,
    aLostDatabaseWriterIsReplacedWhileTheGatewayServes,
    aChangeDuringAFailoverIsWholeOrRefused,
  ],
};
