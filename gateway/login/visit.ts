import type Provider from "oidc-provider";
import type { Pool } from "../database/pool.ts";
import type { Client } from "../routing/route.ts";
import type { Context } from "./context.ts";
import { showPage } from "./page.ts";
import type { ChoiceParts } from "./password-choice.ts";
import { renderError } from "./plain-pages.ts";

export interface InteractionParts extends ChoiceParts {
  readonly database: Pool;
  readonly findClient: (id: string) => Client | undefined;
}

/** One visit of a browser during an authorization request. */
export interface Visit {
  readonly context: Context;
  readonly provider: Provider;
  readonly parts: InteractionParts;
  readonly details: Awaited<ReturnType<Provider["interactionDetails"]>>;
  /** Path of the interaction. */
  readonly path: string;
}

/** The client's display name. */
export function nameClient({ details, parts }: Visit): string {
  const client = parts.findClient(String(details.params.client_id));
  return client === undefined || client.description === ""
    ? String(details.params.client_id)
    : client.description;
}

/** Where the client receives its response; a device has no such URL. */
export function readRedirectUri({ details }: Visit): string | undefined {
  const { redirect_uri: uri } = details.params;
  return typeof uri === "string" ? uri : undefined;
}

/** Stores the result and redirects the browser back to the authorization request. */
export async function finish(
  { context, provider }: Visit,
  result: Parameters<Provider["interactionResult"]>[2],
  { merged }: { readonly merged: boolean },
): Promise<void> {
  const options = { mergeWithLastSubmission: merged };
  leave(context, await provider.interactionResult(context.req, context.res, result, options));
}

/** Time of a login that begins now, in seconds. Any later decision about the account ends it. */
export function readLoginTime(): number {
  return Math.floor(Date.now() / 1000);
}

/**
 * `ts` is the time before the password check, in seconds: a user who is signed out afterwards stays signed out.
 */
export async function finishLogin(
  visit: Visit,
  { accountId, ts }: { readonly accountId: string; readonly ts: number },
): Promise<void> {
  const { context, parts, details } = visit;
  if ((await parts.login.findAccount(accountId)) === undefined) {
    // A company's own login that knows a user by name and password, but not by id.
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

/** 303, so that the form is not submitted to the target. */
export function leave(context: Context, to: string): void {
  context.status = 303;
  context.redirect(to);
}

export function refuse(context: Context, status: number, error: string, description: string): void {
  context.status = status;
  showPage(context, { title: "Something went wrong", content: renderError(error, description) });
}

/** Too many passwords are being checked at the moment. */
export function refuseBusy(context: Context): void {
  context.set("retry-after", "1");
  refuse(context, 503, "temporarily_unavailable", "Too many users are signing in right now. Try again.");
}
