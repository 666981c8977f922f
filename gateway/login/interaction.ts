import type Provider from "oidc-provider";
import type { Pool, RowDataPacket } from "../database/pool.ts";
import type { Context } from "../oauth2/context.ts";
import type { Client } from "../routing/route.ts";
import { openidDescriptions, renderConsent, type Wish } from "./consent-page.ts";
import { FormError, isFromOwnPage, readForm } from "./form.ts";
import { grantConsent } from "./grant.ts";
import type { Account, Login } from "./login.ts";
import { renderLogin } from "./login-page.ts";
import { showPage } from "./page.ts";
import { PasswordsBusyError } from "./password.ts";
import { renderError } from "./plain-pages.ts";
import { allowances, type Throttle } from "./throttle.ts";

type Details = Awaited<ReturnType<Provider["interactionDetails"]>>;

export interface InteractionParts {
  readonly issuer: URL;
  readonly login: Login;
  readonly throttle: Throttle;
  readonly database: Pool;
  readonly findClient: (id: string) => Client | undefined;
}

/** One visit of a browser in the middle of an authorization request. */
interface Visit {
  readonly context: Context;
  readonly provider: Provider;
  readonly parts: InteractionParts;
  readonly details: Details;
  /** Path of the interaction. */
  readonly path: string;
}

/** Answers, by method and the path's last part. */
const answers: Readonly<Record<string, (visit: Visit) => Promise<void>>> = {
  "GET ": showPrompt,
  "GET return": completeElsewhere,
  "POST login": checkPassword,
  "POST consent": consent,
  "POST abort": abort,
};

/**
 * The pages between a client's request and its answer: `/oauth2/interaction/{uid}[/step]`. The interaction is found by
 * a cookie that is bound to this path and that no other site's form brings along.
 */
export async function answerInteraction(
  context: Context,
  provider: Provider,
  parts: InteractionParts,
): Promise<void> {
  const [uid = "", step = "", ...more] = context.path.split("/").slice(3);
  const answer = more.length === 0 ? answers[`${context.method} ${step}`] : undefined;
  if (answer === undefined) return refuse(context, 404, "not_found", "There is no such page.");
  if (context.method === "POST" && !isFromOwnPage(context.req, parts.issuer.origin))
    return refuse(context, 403, "invalid_request", "The form was sent by another site.");
  try {
    const details = await provider.interactionDetails(context.req, context.res);
    if (details.uid !== uid) throw new FormError("This page belongs to another request.");
    await answer({ context, provider, parts, details, path: `/oauth2/interaction/${uid}` });
  } catch (error) {
    explain(context, error as Error);
  }
}

async function showPrompt(visit: Visit): Promise<void> {
  const { details, parts, path, context } = visit;
  if (details.prompt.name === "consent") return showConsent(visit);
  if (parts.login.begin !== undefined) {
    const elsewhere = await parts.login.begin(new URL(`${path}/return`, parts.issuer.origin));
    return leave(context, elsewhere.href);
  }
  const hint = details.params.login_hint;
  showLogin(visit, typeof hint === "string" ? { name: hint } : {});
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

async function checkPassword(visit: Visit): Promise<void> {
  const { context, parts, details } = visit;
  if (details.prompt.name !== "login") throw new FormError("Nobody asked for a login.");
  const form = await readForm(context.req);
  const name = (form.get("name") ?? "").trim();
  const password = form.get("password") ?? "";
  const subject = name.toLowerCase();
  const waits = await Promise.all([
    parts.throttle.take(allowances.user, subject),
    parts.throttle.take(allowances.address, context.ip),
  ]);
  const seconds = Math.max(...waits);
  if (seconds > 0) {
    context.status = 429;
    context.set("retry-after", String(seconds));
    const minutes = Math.ceil(seconds / 60);
    return showLogin(visit, {
      name,
      error: `There were too many attempts. Try again in ${minutes} ${minutes === 1 ? "minute" : "minutes"}.`,
    });
  }
  const account =
    name === "" || name.length > 100 || password.length > 500
      ? undefined
      : await parts.login.check(name, password);
  if (account === undefined) {
    context.status = 401;
    // The same words for an unknown name: who is registered is nobody's business.
    return showLogin(visit, { name, error: "User name and password do not belong together." });
  }
  await parts.throttle.clear(allowances.user, subject);
  await parts.throttle.giveBack(allowances.address, context.ip);
  await finishLogin(visit, account);
}

async function completeElsewhere(visit: Visit): Promise<void> {
  const { context, parts, details } = visit;
  if (parts.login.complete === undefined || details.prompt.name !== "login")
    throw new FormError("Nobody asked for a login.");
  const account = await parts.login.complete(new URLSearchParams(context.querystring));
  if (account === undefined)
    return refuse(context, 401, "access_denied", "The login elsewhere did not succeed.");
  await finishLogin(visit, account);
}

async function finishLogin(visit: Visit, account: Account): Promise<void> {
  await finish(visit, { login: { accountId: account.id, remember: true } }, false);
}

async function showConsent(visit: Visit): Promise<void> {
  const { context, parts, details, path } = visit;
  const accountId = details.session?.accountId;
  const account = accountId === undefined ? undefined : await parts.login.findAccount(accountId);
  if (account === undefined) throw new FormError("The account is not there any more.");
  const redirectUri = readRedirectUri(visit);
  const content = renderConsent({
    action: path,
    clientName: nameClient(visit),
    accountName: account.name,
    wishes: await describeWishes(parts.database, String(details.params.scope ?? "").split(" ")),
    redirectHost: redirectUri === undefined ? undefined : URL.parse(redirectUri)?.host || undefined,
  });
  showPage(context, { title: "Allow access", content, notice: parts.login.notice, leadsTo: redirectUri });
}

async function consent(visit: Visit): Promise<void> {
  const { provider, details, context } = visit;
  if (details.prompt.name !== "consent") throw new FormError("Nobody asked for a consent.");
  await readForm(context.req);
  const grantId = await grantConsent(provider, details);
  await finish(visit, { consent: grantId === undefined ? {} : { grantId } }, true);
}

async function abort(visit: Visit): Promise<void> {
  await readForm(visit.context.req);
  const result = { error: "access_denied", error_description: "the person did not allow it" };
  await finish(visit, result, false);
}

/** Stores the result and sends the browser back into the authorization request; 303, so that no form is sent on. */
async function finish(
  { context, provider }: Visit,
  result: Parameters<Provider["interactionResult"]>[2],
  mergeWithLastSubmission: boolean,
): Promise<void> {
  leave(
    context,
    await provider.interactionResult(context.req, context.res, result, { mergeWithLastSubmission }),
  );
}

function leave(context: Context, to: string): void {
  context.status = 303;
  context.redirect(to);
}

async function describeWishes(database: Pool, scopes: readonly string[]): Promise<Wish[]> {
  const wanted = scopes.filter((scope) => scope !== "");
  const described = new Map<string, string>(Object.entries(openidDescriptions));
  const others = wanted.filter((scope) => !described.has(scope));
  if (others.length > 0) {
    const [rows] = await database.query<RowDataPacket[]>(
      "SELECT name, description FROM scopes WHERE name IN (?) AND description <> ''",
      [others],
    );
    for (const row of rows) described.set(String(row.name), String(row.description));
  }
  return wanted.map((scope) => ({ scope, description: described.get(scope) ?? scope }));
}

function nameClient({ details, parts }: Visit): string {
  const client = parts.findClient(String(details.params.client_id));
  return client === undefined || client.description === ""
    ? String(details.params.client_id)
    : client.description;
}

function readRedirectUri({ details }: Visit): string | undefined {
  const { redirect_uri: uri } = details.params;
  return typeof uri === "string" ? uri : undefined;
}

function explain(context: Context, error: Error): void {
  if (error instanceof FormError) refuse(context, 400, "invalid_request", error.message);
  else if (error.name === "SessionNotFound")
    refuse(context, 400, "invalid_request", "This sign-in has expired, or was begun in another browser.");
  else if (error instanceof PasswordsBusyError) {
    context.set("retry-after", "1");
    refuse(context, 503, "temporarily_unavailable", "Too many people are signing in. Try again.");
  } else throw error;
}

function refuse(context: Context, status: number, error: string, description: string): void {
  context.status = status;
  showPage(context, { title: "This did not work", content: renderError(error, description) });
}
