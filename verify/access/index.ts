import type { Suite } from "../check.ts";
import { aCertificateFromAnotherAuthorityDoesNotGetIn } from "./a-certificate-from-another-authority-does-not-get-in.ts";
import { aClientOutsideTheAllowedNetworksDoesNotGetIn } from "./a-client-outside-the-allowed-networks-does-not-get-in.ts";
import { aRequestWithoutACertificateDoesNotGetIn } from "./a-request-without-a-certificate-does-not-get-in.ts";
import { aRevokedGrantDoesNotGetIn } from "./a-revoked-grant-does-not-get-in.ts";
import { aRevokedGrantLosesItsOpenConnections } from "./a-revoked-grant-loses-its-open-connections.ts";
import { anExpiredGrantDoesNotGetIn } from "./an-expired-grant-does-not-get-in.ts";
import { anInsiderGetsIn } from "./an-insider-gets-in.ts";
import { noDataPortServesUnauthenticatedClients } from "./no-data-port-serves-unauthenticated-clients.ts";
import { plainHttpIsNotServed } from "./plain-http-is-not-served.ts";

export const access: Suite = {
  name: "access",
  subject: "who gets in and who does not",
  order: "together",
  checks: [
    anInsiderGetsIn,
    aRequestWithoutACertificateDoesNotGetIn,
    aCertificateFromAnotherAuthorityDoesNotGetIn,
    anExpiredGrantDoesNotGetIn,
    aRevokedGrantDoesNotGetIn,
    aRevokedGrantLosesItsOpenConnections,
    aClientOutsideTheAllowedNetworksDoesNotGetIn,
    noDataPortServesUnauthenticatedClients,
    plainHttpIsNotServed,
  ],
};
