import type { Suite } from "../check.ts";
import { aTokenDoesNotReachTheUpstream } from "./a-token-does-not-reach-the-upstream.ts";
import { everyParameterIsEncrypted } from "./every-parameter-is-encrypted.ts";
import { noErrorResponseContainsASecret } from "./no-error-response-contains-a-secret.ts";
import { noTaskDefinitionContainsASecret } from "./no-task-definition-contains-a-secret.ts";
import { theEncryptionKeyIsEnabled } from "./the-encryption-key-is-enabled.ts";

export const secrets: Suite = {
  name: "secrets",
  subject: "where the platform's secrets are stored and who can see them",
  order: "together",
  checks: [
    everyParameterIsEncrypted,
    theEncryptionKeyIsEnabled,
    noTaskDefinitionContainsASecret,
    noErrorResponseContainsASecret,
    aTokenDoesNotReachTheUpstream,
  ],
};
