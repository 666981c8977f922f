import type { Suite } from "../check.ts";
import { aTokenDoesNotReachTheUpstream } from "./a-token-does-not-reach-the-upstream.ts";
import { everyParameterIsEncrypted } from "./every-parameter-is-encrypted.ts";
import { noErrorAnswerShowsASecret } from "./no-error-answer-shows-a-secret.ts";
import { noTaskDefinitionHoldsASecret } from "./no-task-definition-holds-a-secret.ts";
import { theKeyOfTheSecretsIsEnabled } from "./the-key-of-the-secrets-is-enabled.ts";

export const secrets: Suite = {
  name: "secrets",
  subject: "where the platform's secrets lie, and who is shown them",
  order: "together",
  checks: [
    everyParameterIsEncrypted,
    theKeyOfTheSecretsIsEnabled,
    noTaskDefinitionHoldsASecret,
    noErrorAnswerShowsASecret,
    aTokenDoesNotReachTheUpstream,
  ],
};
