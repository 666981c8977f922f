import type Provider from "oidc-provider";
import { PasswordQueueFullError } from "../users/password-queue.ts";
import { consent, showConsent } from "./consent-steps.ts";
import type { Context } from "./context.ts";
import { FormError, isFromOwnPage, readForm } from "./form.ts";
import { checkPassword, completeElsewhere, startLogin } from "./login-steps.ts";
import { showPasswordChoice, takePasswordChoice } from "./password-steps.ts";
import { findChoice } from "./pending-choice.ts";
import { finish, type InteractionParts, refuse, refuseBusy, type Visit } from "./visit.ts";

/** Steps, by method and last path segment. */
const steps: Readonly<Record<string, (visit: Visit) => Promise<void>>> = {
  "GET ": show,
  "GET return": completeElsewhere,
  "POST login": checkPassword,
  "POST password": takePasswordChoice,
  "POST consent": consent,
  "POST abort": abort,
};

/**
 * The pages between a client's request and its response: `/oauth2/interaction/{uid}[/step]`. The interaction is
 * found by a cookie that is bound to this path and that cross-site forms do not send.
 */
export async function serveInteraction(
  context: Context,
  provider: Provider,
  parts: InteractionParts,
): Promise<void> {
  const [uid = "", name = "", ...more] = context.path.split("/").slice(3);
  const step = more.length === 0 ? steps[`${context.method} ${name}`] : undefined;
  if (step === undefined) {
    refuse(context, 404, "not_found", "Page not found.");
    return;
  }
  if (context.method === "POST" && !isFromOwnPage(context.req, parts.issuer.origin)) {
    refuse(context, 403, "invalid_request", "The form was submitted from another site.");
    return;
  }
  try {
    const details = await provider.interactionDetails(context.req, context.res);
    if (details.uid !== uid) throw new FormError("This page belongs to a different sign-in request.");
    await step({ context, provider, parts, details, path: `/oauth2/interaction/${uid}` });
  } catch (error) {
    explain(context, error as Error);
  }
}

async function show(visit: Visit): Promise<void> {
  if (visit.details.prompt.name === "consent") return showConsent(visit);
  const choice = findChoice(visit);
  return choice === undefined ? startLogin(visit) : showPasswordChoice(visit, choice);
}

async function abort(visit: Visit): Promise<void> {
  await readForm(visit.context.req);
  const result = { error: "access_denied", error_description: "the user denied the request" };
  await finish(visit, result, { merged: false });
}

function explain(context: Context, error: Error): void {
  if (error instanceof FormError) refuse(context, 400, "invalid_request", error.message);
  else if (error.name === "SessionNotFound")
    refuse(context, 400, "invalid_request", "This sign-in has expired or was started in another browser.");
  else if (error instanceof PasswordQueueFullError) refuseBusy(context);
  else throw error;
}
