import type { interactionPolicy } from "oidc-provider";
import type { Library } from "./library.ts";

/**
 * When somebody has to sign in: as the library decides, and also where the session, or the login that has just been
 * completed, is of an account that is not there any more. Without an account the library has no grant, and fails.
 */
export function createLoginPolicy({
  base,
  Check,
}: Library["interactionPolicy"]): interactionPolicy.DefaultPolicy {
  const policy = base();
  const accountMissing = new Check(
    "account_missing",
    "the account does not exist",
    "login_required",
    ({ oidc }) =>
      oidc.session?.accountId !== undefined && oidc.account === undefined
        ? Check.REQUEST_PROMPT
        : Check.NO_NEED_TO_PROMPT,
  );
  policy.get("login")!.checks.add(accountMissing);
  return policy;
}
