import { FormError, readForm } from "./form.ts";
import type { Account } from "./login.ts";
import { renderLogin } from "./login-page.ts";
import { showPage } from "./page.ts";
import { allowances, nameNetwork } from "./throttle.ts";
import { finish, leave, nameClient, readRedirectUri, refuse, type Visit } from "./visit.ts";

const longest = { name: 100, password: 500 } as const;

/** The page for name and password, or the way to where the company's people sign in. */
export async function startLogin(visit: Visit): Promise<void> {
  const { details, parts, path, context } = visit;
  if (parts.login.begin !== undefined) {
    const elsewhere = await parts.login.begin(new URL(`${path}/return`, parts.issuer.origin));
    leave(context, elsewhere.href);
    return;
  }
  const hint = details.params.login_hint;
  showLogin(visit, typeof hint === "string" ? { name: hint } : {});
}

export async function checkPassword(visit: Visit): Promise<void> {
  const { context, parts, details } = visit;
  if (details.prompt.name !== "login") throw new FormError("Nobody asked for a login.");
  const form = await readForm(context.req);
  const name = (form.get("name") ?? "").trim();
  const password = form.get("password") ?? "";
  const seconds = await countAttempt(visit, name);
  if (seconds > 0) {
    const minutes = Math.ceil(seconds / 60);
    context.status = 429;
    context.set("retry-after", String(seconds));
    const error = `There were too many attempts. Try again in ${minutes} ${minutes === 1 ? "minute" : "minutes"}.`;
    showLogin(visit, { name, error });
    return;
  }
  const possible = name !== "" && name.length <= longest.name && password.length <= longest.password;
  const account = possible ? await parts.login.check(name, password) : undefined;
  if (account === undefined) {
    // Not the name: people type passwords there.
    parts.logger.info({ client: details.params.client_id, address: context.ip }, "login refused");
    context.status = 401;
    // The same words for an unknown name: who is registered is nobody's business.
    showLogin(visit, { name, error: "User name and password do not belong together." });
    return;
  }
  await forgetAttempt(visit, name);
  await finishLogin(visit, account);
}

export async function completeElsewhere(visit: Visit): Promise<void> {
  const { context, parts, details } = visit;
  if (parts.login.complete === undefined || details.prompt.name !== "login")
    throw new FormError("Nobody asked for a login.");
  const account = await parts.login.complete(new URLSearchParams(context.querystring));
  if (account === undefined) refuse(context, 401, "access_denied", "The login elsewhere did not succeed.");
  else await finishLogin(visit, account);
}

function showLogin(visit: Visit, shown: { readonly name?: string; readonly error?: string }): void {
  const { context, parts, path } = visit;
  const page = { action: path, clientName: nameClient(visit), host: parts.issuer.host, ...shown };
  showPage(context, {
    title: "Sign in",
    content: renderLogin(page),
    notice: parts.login.notice,
    leadsTo: readRedirectUri(visit),
  });
}

/** Seconds to wait; 0 when the attempt may be made. */
async function countAttempt({ context, parts }: Visit, name: string): Promise<number> {
  const waits = await Promise.all([
    parts.throttle.take(allowances.user, name.toLowerCase()),
    parts.throttle.take(allowances.address, nameNetwork(context.ip)),
  ]);
  return Math.max(...waits);
}

async function forgetAttempt({ context, parts }: Visit, name: string): Promise<void> {
  await parts.throttle.clear(allowances.user, name.toLowerCase());
  await parts.throttle.giveBack(allowances.address, nameNetwork(context.ip));
}

async function finishLogin(visit: Visit, account: Account): Promise<void> {
  const { context, parts, details } = visit;
  parts.logger.info(
    { client: details.params.client_id, account: account.id, address: context.ip },
    "signed in",
  );
  // The time of the login, not that of the visit which completes it: who is signed out in between stays out.
  const ts = Math.floor(Date.now() / 1000);
  await finish(visit, { login: { accountId: account.id, remember: true, ts } }, { merged: false });
}
