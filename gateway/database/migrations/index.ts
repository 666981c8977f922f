import { addClientInstances } from "./add-client-instances.ts";
import { addPostLogoutRedirectUris } from "./add-post-logout-redirect-uris.ts";
import { addRouteCors } from "./add-route-cors.ts";
import { appointAdministrators } from "./appoint-administrators.ts";
import { authenticateClients } from "./authenticate-clients.ts";
import { choosePasswords } from "./choose-passwords.ts";
import { compareNamesExactly } from "./compare-names-exactly.ts";
import { createGatewayHeartbeats } from "./create-gateway-heartbeats.ts";
import { createSchema } from "./create-schema.ts";
import { identifyChanges } from "./identify-changes.ts";
import { manageUsers } from "./manage-users.ts";
import type { Migration } from "./migration.ts";
import { probeUpstreams } from "./probe-upstreams.ts";
import { recordAdministrators } from "./record-administrators.ts";
import { recordOperatorActions } from "./record-operator-actions.ts";
import { registerUsers } from "./register-users.ts";
import { seedVerification } from "./seed-verification.ts";
import { versionConfiguration } from "./version-configuration.ts";

export const migrations: readonly Migration[] = [
  { name: "001-create-schema", up: createSchema },
  { name: "002-seed-verification", up: seedVerification },
  { name: "003-version-configuration", up: versionConfiguration },
  { name: "004-create-gateway-heartbeats", up: createGatewayHeartbeats },
  { name: "005-appoint-administrators", up: appointAdministrators },
  { name: "006-register-users", up: registerUsers },
  { name: "007-authenticate-clients", up: authenticateClients },
  { name: "008-manage-users", up: manageUsers },
  { name: "009-identify-changes", up: identifyChanges },
  { name: "010-probe-upstreams", up: probeUpstreams },
  { name: "011-choose-passwords", up: choosePasswords },
  { name: "012-record-administrators", up: recordAdministrators },
  { name: "013-add-client-instances", up: addClientInstances },
  { name: "014-add-route-cors", up: addRouteCors },
  { name: "015-add-post-logout-redirect-uris", up: addPostLogoutRedirectUris },
  { name: "016-record-operator-actions", up: recordOperatorActions },
  { name: "017-compare-names-exactly", up: compareNamesExactly },
];
