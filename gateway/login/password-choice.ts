import type { Logger } from "../logger.ts";
import { describeReason } from "../reason.ts";
import type { ChoiceOutcome, PasswordChoice } from "../users/chosen-password.ts";
import { untilSecondIsOver } from "../users/sign-out-jobs.ts";
import { describeWait } from "./attempts.ts";
import type { Login } from "./login.ts";
import { allowances, type Throttle } from "./throttle.ts";

export interface ChoiceParts {
  readonly issuer: URL;
  readonly login: Login;
  readonly throttle: Throttle;
  readonly logger: Logger;
  /** Ends what an account obtained until then (in seconds). */
  readonly signOut: (accountId: string, endedAt: number) => Promise<unknown>;
}

/** The outcome; `seconds` is the time to wait. */
export type ChoiceResponse =
  | { readonly kind: "outdated" }
  /** A login with the new password counts from `ts` on, in seconds. */
  | { readonly kind: "chosen"; readonly ts: number }
  | { readonly kind: "refused"; readonly problem: string; readonly seconds?: number };

/**
 * Stores a chosen password, typed twice. When it resolves, everything obtained with the previous one has ended,
 * and a login counts again.
 */
export async function choosePassword(
  { issuer, login, throttle, logger, signOut }: ChoiceParts,
  choice: Omit<PasswordChoice, "service">,
  again: string,
): Promise<ChoiceResponse> {
  if (login.choosePassword === undefined) return { kind: "outdated" };
  // Hashing is expensive, so signed-in users are limited too.
  const seconds = await throttle.take(allowances.passwordChoice, choice.accountId);
  if (seconds > 0) return { kind: "refused", problem: describeWait(seconds), seconds };
  if (choice.password.normalize("NFKC") !== again.normalize("NFKC"))
    return { kind: "refused", problem: "The new passwords do not match. Enter both again." };
  const outcome: ChoiceOutcome = await login.choosePassword({ ...choice, service: issuer.hostname });
  if (outcome.kind !== "chosen") return outcome;
  logger.info({ account: choice.accountId }, "password chosen");
  await signOut(choice.accountId, outcome.requestedAt).catch((error: Error) =>
    // The job is stored, and is carried out once the store is available again.
    logger.warn({ error: describeReason(error) }, "sign-out not completed"),
  );
  await untilSecondIsOver();
  return { kind: "chosen", ts: outcome.requestedAt + 1 };
}
