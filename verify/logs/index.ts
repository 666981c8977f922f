import type { Suite } from "../check.ts";
import { aRequestIsInTheAccessLog } from "./a-request-is-in-the-access-log.ts";
import { theAccessLogContainsNoCredentials } from "./the-access-log-contains-no-credentials.ts";

export const logs: Suite = {
  name: "logs",
  subject: "what is logged about requests",
  order: "together",
  checks: [aRequestIsInTheAccessLog, theAccessLogContainsNoCredentials],
};
