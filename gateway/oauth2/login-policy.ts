import type { interactionPolicy } from "oidc-provider";
import type { Library } from "./oidc-provider.ts";

/**
 * When a user has to sign in: as the library decides, and also where the account of the session or of the
 * completed login no longer exists. Without an account the library has no grant, and fails.
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
