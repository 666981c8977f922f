import type { Logger } from "../logger.ts";
import { describeReason } from "../reason.ts";
import type { ChoiceOutcome, PasswordChoice } from "../users/chosen-password.ts";
import { untilSecondIsOver } from "../users/sign-out-jobs.ts";
import { describeWait } from "./attempts.ts";
import type { Login } from "./login.ts";
import { allowances, type Throttle } from "./throttle.ts";

export interface ChoiceParts {
  readonly login: Login;
  readonly throttle: Throttle;
  readonly logger: Logger;
  /** Ends what an account got until then (in seconds). */
  readonly signOut: (accountId: string, endedAt: number) => Promise<unknown>;
}

/** What became of it, `seconds` with how long to wait. */
export type ChoiceResponse =
  | { readonly kind: "outdated" }
  /** A login by the new password counts from `ts` on, in seconds. */
  | { readonly kind: "chosen"; readonly ts: number }
  | { readonly kind: "refused"; readonly problem: string; readonly seconds?: number };

/**
 * Takes a password that somebody chose, typed twice. When it resolves, whatever was got by the one before has ended, and
 * a login counts again.
 */
export async function choosePassword(
  { login, throttle, logger, signOut }: ChoiceParts,
  choice: PasswordChoice,
  again: string,
): Promise<ChoiceResponse> {
  if (login.choosePassword === undefined) return { kind: "outdated" };
  // Hashing is dear: who is in may not have it done without end either.
  const seconds = await throttle.take(allowances.passwordChoice, choice.accountId);
  if (seconds > 0) return { kind: "refused", problem: describeWait(seconds), seconds };
  if (choice.password.normalize("NFKC") !== again.normalize("NFKC"))
    return { kind: "refused", problem: "The new passwords do not match. Enter both again." };
  const outcome: ChoiceOutcome = await login.choosePassword(choice);
  if (outcome.kind !== "chosen") return outcome;
  logger.info({ account: choice.accountId }, "password chosen");
  await signOut(choice.accountId, outcome.orderedAt).catch((error: Error) =>
    // It is ordered, and so done as soon as the store is back.
    logger.warn({ error: describeReason(error) }, "sign-out not completed"),
  );
  await untilSecondIsOver();
  return { kind: "chosen", ts: outcome.orderedAt + 1 };
}
