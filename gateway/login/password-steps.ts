import { FormError, readForm } from "./form.ts";
import { showLogin } from "./login-steps.ts";
import { showPage } from "./page.ts";
import { choosePassword } from "./password-choice.ts";
import { renderPasswordChoice } from "./password-page.ts";
import { findChoice, forgetChoice, type PendingChoice } from "./pending-choice.ts";
import { finishLogin, nameClient, readRedirectUri, type Visit } from "./visit.ts";

export function showPasswordChoice(visit: Visit, { userName }: PendingChoice, error?: string): void {
  const { context, parts, path } = visit;
  const content = renderPasswordChoice({ action: path, userName, clientName: nameClient(visit), error });
  showPage(context, {
    title: error === undefined ? "Choose a new password" : "Error: choose a new password",
    content,
    notice: parts.login.notice,
    leadsTo: readRedirectUri(visit),
  });
}

/** Continues the login with the password that the user chose. */
export async function takePasswordChoice(visit: Visit): Promise<void> {
  const { context, parts } = visit;
  if (visit.details.prompt.name !== "login")
    throw new FormError("There is no password to choose for this request.");
  const form = await readForm(context.req);
  const pending = findChoice(visit);
  if (pending === undefined) return startAgain(visit, "This page has expired. Sign in again.");
  const { accountId, mark } = pending;
  const choice = { accountId, mark, password: form.get("new") ?? "" };
  const response = await choosePassword(parts, choice, form.get("again") ?? "");
  if (response.kind === "outdated")
    return startAgain(visit, "Your account was changed in the meantime. Sign in again.");
  if (response.kind === "refused") {
    context.status = response.seconds === undefined ? 422 : 429;
    if (response.seconds !== undefined) context.set("retry-after", String(response.seconds));
    return showPasswordChoice(visit, pending, response.problem);
  }
  await finishLogin(visit, { accountId, ts: response.ts });
}

async function startAgain(visit: Visit, error: string): Promise<void> {
  await forgetChoice(visit);
  visit.context.status = 409;
  showLogin(visit, { error });
}
