import { attempt, type Claim, describeWait, isPossible } from "./attempts.ts";
import { FormError, readForm } from "./form.ts";
import { renderLogin } from "./login-page.ts";
import { showPage } from "./page.ts";
import { rememberChoice } from "./pending-choice.ts";
import {
  finishLogin,
  leave,
  nameClient,
  readLoginTime,
  readRedirectUri,
  refuse,
  type Visit,
} from "./visit.ts";

/** The page for name and password, or a redirect to the company's own login. */
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
  if (details.prompt.name !== "login")
    throw new FormError("There is no sign-in to complete for this request.");
  const form = await readForm(context.req);
  const name = (form.get("name") ?? "").trim();
  const password = form.get("password") ?? "";
  const claim: Claim = { throttle: parts.throttle, name, address: context.ip };
  const attempted = await attempt(claim, async () => {
    // Not earlier: the check may have waited in the queue.
    const ts = readLoginTime();
    const account = isPossible(name, password) ? await parts.login.check(name, password) : undefined;
    return account && { account, ts };
  });
  if ("seconds" in attempted) {
    context.status = 429;
    context.set("retry-after", String(attempted.seconds));
    showLogin(visit, { name, error: describeWait(attempted.seconds) });
    return;
  }
  if (attempted.result === undefined) {
    // Not the name: users sometimes type passwords there.
    parts.logger.info({ client: details.params.client_id, address: context.ip }, "login refused");
    context.status = 401;
    // The same message for an unknown name, so that it does not reveal who is registered.
    showLogin(visit, { name, error: "Incorrect user name or password." });
    return;
  }
  const { account, ts } = attempted.result;
  if (account.password?.mustChange === true) {
    await rememberChoice(visit, { id: account.id, password: account.password }, ts);
    leave(context, visit.path);
    return;
  }
  await finishLogin(visit, { accountId: account.id, ts });
}

export async function completeElsewhere(visit: Visit): Promise<void> {
  const { context, parts, details } = visit;
  if (parts.login.complete === undefined || details.prompt.name !== "login")
    throw new FormError("There is no sign-in to complete for this request.");
  const ts = readLoginTime();
  const account = await parts.login.complete(new URLSearchParams(context.querystring));
  if (account === undefined) refuse(context, 401, "access_denied", "Sign-in with the other service failed.");
  else await finishLogin(visit, { accountId: account.id, ts });
}

export function showLogin(visit: Visit, shown: { readonly name?: string; readonly error?: string }): void {
  const { context, parts, path } = visit;
  const page = { action: path, clientName: nameClient(visit), host: parts.issuer.host, ...shown };
  showPage(context, {
    title: "Sign in",
    content: renderLogin(page),
    notice: parts.login.notice,
    leadsTo: readRedirectUri(visit),
  });
}
