import type { Suite } from "../check.ts";
import { aRequestIsInTheAccessLog } from "./a-request-is-in-the-access-log.ts";
import { theAccessLogHoldsNoCredential } from "./the-access-log-holds-no-credential.ts";

export const logs: Suite = {
  name: "logs",
  subject: "what is written down about requests",
  order: "together",
  checks: [aRequestIsInTheAccessLog, theAccessLogHoldsNoCredential],
};
