import type Provider from "oidc-provider";
import type { Pool } from "../database/pool.ts";
import type { Client } from "../routing/route.ts";
import type { Context } from "./context.ts";
import { showPage } from "./page.ts";
import type { ChoiceParts } from "./password-choice.ts";
import { renderError } from "./plain-pages.ts";

export interface InteractionParts extends ChoiceParts {
  readonly issuer: URL;
  readonly database: Pool;
  readonly findClient: (id: string) => Client | undefined;
}

/** One visit of a browser in the middle of an authorization request. */
export interface Visit {
  readonly context: Context;
  readonly provider: Provider;
  readonly parts: InteractionParts;
  readonly details: Awaited<ReturnType<Provider["interactionDetails"]>>;
  /** Path of the interaction. */
  readonly path: string;
}

/** What the person knows the client by. */
export function nameClient({ details, parts }: Visit): string {
  const client = parts.findClient(String(details.params.client_id));
  return client === undefined || client.description === ""
    ? String(details.params.client_id)
    : client.description;
}

/** Where the client is answered; a device is answered nowhere. */
export function readRedirectUri({ details }: Visit): string | undefined {
  const { redirect_uri: uri } = details.params;
  return typeof uri === "string" ? uri : undefined;
}

/** Stores the result and sends the browser back into the authorization request. */
export async function finish(
  { context, provider }: Visit,
  result: Parameters<Provider["interactionResult"]>[2],
  { merged }: { readonly merged: boolean },
): Promise<void> {
  const options = { mergeWithLastSubmission: merged };
  leave(context, await provider.interactionResult(context.req, context.res, result, options));
}

/** Time of a login that begins now, in seconds. What is decided about the account from here on ends it. */
export function readLoginTime(): number {
  return Math.floor(Date.now() / 1000);
}

/** `ts` is the time before which the password was looked at, in seconds: whoever is signed out after it stays out. */
export async function finishLogin(
  visit: Visit,
  { accountId, ts }: { readonly accountId: string; readonly ts: number },
): Promise<void> {
  const { context, parts, details } = visit;
  if ((await parts.login.findAccount(accountId)) === undefined) {
    // A login of a company's own that knows somebody by name and password, and not by id.
    parts.logger.warn({ account: accountId }, "signed in but account not found");
    refuse(context, 401, "access_denied", "No account was found for this user.");
    return;
  }
  parts.logger.info(
    { client: details.params.client_id, account: accountId, address: context.ip },
    "signed in",
  );
  await finish(visit, { login: { accountId, remember: true, ts } }, { merged: false });
}

/** 303, so that no form is sent on to where it leads. */
export function leave(context: Context, to: string): void {
  context.status = 303;
  context.redirect(to);
}

export function refuse(context: Context, status: number, error: string, description: string): void {
  context.status = status;
  showPage(context, { title: "Something went wrong", content: renderError(error, description) });
}

/** Many passwords are being looked at, and this one has no turn. */
export function refuseBusy(context: Context): void {
  context.set("retry-after", "1");
  refuse(context, 503, "temporarily_unavailable", "Too many users are signing in right now. Try again.");
}
