import type { Suite } from "../check.ts";
import { aCertificateOfAnotherAuthorityDoesNotGetIn } from "./a-certificate-of-another-authority-does-not-get-in.ts";
import { aForeignNetworkDoesNotGetIn } from "./a-foreign-network-does-not-get-in.ts";
import { aRequestWithoutACertificateDoesNotGetIn } from "./a-request-without-a-certificate-does-not-get-in.ts";
import { aRevokedGrantDoesNotGetIn } from "./a-revoked-grant-does-not-get-in.ts";
import { aRevokedGrantLosesItsOpenConnections } from "./a-revoked-grant-loses-its-open-connections.ts";
import { anExpiredGrantDoesNotGetIn } from "./an-expired-grant-does-not-get-in.ts";
import { anInsiderGetsIn } from "./an-insider-gets-in.ts";
import { noDataPortServesStrangers } from "./no-data-port-serves-strangers.ts";
import { plainHttpDoesNotServe } from "./plain-http-does-not-serve.ts";

export const access: Suite = {
  name: "access",
  subject: "who gets in, and who does not",
  order: "together",
  checks: [
    anInsiderGetsIn,
    aRequestWithoutACertificateDoesNotGetIn,
    aCertificateOfAnotherAuthorityDoesNotGetIn,
    anExpiredGrantDoesNotGetIn,
    aRevokedGrantDoesNotGetIn,
    aRevokedGrantLosesItsOpenConnections,
    aForeignNetworkDoesNotGetIn,
    noDataPortServesStrangers,
    plainHttpDoesNotServe,
  ],
};
