import { PasswordQueueFullError } from "../users/password-queue.ts";
import { attempt, type Claim, describeWait, isPossible } from "./attempts.ts";
import type { Context } from "./context.ts";
import { FormError, isFromOwnPage, readForm } from "./form.ts";
import { showPage } from "./page.ts";
import { type ChoiceParts, choosePassword } from "./password-choice.ts";
import { renderPasswordChange, renderPasswordChanged } from "./password-page.ts";
import { refuse, refuseBusy } from "./visit.ts";

/**
 * The page for changing the password with the current one. It neither needs nor creates a session: the password
 * decides, so cross-site forms gain nothing from a browser's cookies.
 */
export async function servePasswordChange(context: Context, parts: ChoiceParts): Promise<void> {
  if (parts.login.choosePassword === undefined) {
    refuse(context, 404, "not_found", "Passwords cannot be changed here.");
    return;
  }
  if (context.method !== "POST") {
    show(context, parts, {});
    return;
  }
  if (!isFromOwnPage(context.req, parts.issuer.origin)) {
    refuse(context, 403, "invalid_request", "The form was submitted from another site.");
    return;
  }
  try {
    await change(context, parts, await readForm(context.req));
  } catch (error) {
    if (error instanceof FormError) refuse(context, 400, "invalid_request", error.message);
    else if (error instanceof PasswordQueueFullError) refuseBusy(context);
    else throw error;
  }
}

async function change(
  context: Context,
  parts: ChoiceParts,
  form: ReadonlyMap<string, string>,
): Promise<void> {
  const name = (form.get("name") ?? "").trim();
  const password = form.get("password") ?? "";
  const refused = (status: number, error: string, seconds?: number) => {
    context.status = status;
    if (seconds !== undefined) context.set("retry-after", String(seconds));
    show(context, parts, { name, error });
  };
  const claim: Claim = { throttle: parts.throttle, name, address: context.ip };
  const attempted = await attempt(claim, async () => {
    const found = isPossible(name, password) ? await parts.login.check(name, password) : undefined;
    return found?.password === undefined ? undefined : { id: found.id, password: found.password };
  });
  if ("seconds" in attempted) return refused(429, describeWait(attempted.seconds), attempted.seconds);
  const account = attempted.result;
  if (account === undefined) {
    parts.logger.info({ address: context.ip }, "password change refused");
    // The same message for an unknown name, so that it does not reveal who is registered.
    return refused(401, "Incorrect user name or current password.");
  }
  const choice = { accountId: account.id, mark: account.password.mark, password: form.get("new") ?? "" };
  const response = await choosePassword(parts, choice, form.get("again") ?? "");
  if (response.kind === "outdated")
    return refused(409, "Your account was changed in the meantime. Your password was not changed.");
  if (response.kind === "refused")
    return refused(response.seconds === undefined ? 422 : 429, response.problem, response.seconds);
  showPage(context, { title: "Password changed", content: renderPasswordChanged() });
}

function show(
  context: Context,
  { issuer, login }: ChoiceParts,
  shown: { readonly name?: string; readonly error?: string },
): void {
  const title = shown.error === undefined ? "Change your password" : "Error: change your password";
  const content = renderPasswordChange({ action: context.path, host: issuer.host, ...shown });
  showPage(context, { title, content, notice: login.notice });
}
