import type { Context, Middleware, Next } from "../login/context.ts";
import { FormError, readForm } from "../login/form.ts";
import type { ServedConfiguration } from "../routing/served.ts";
import { routes } from "./endpoints.ts";
import { sendError, staysHere } from "./pages.ts";

/**
 * Checks requests to sign out (OpenID Connect RP-Initiated Logout section 2) before the library reads them. If the
 * requested redirect is invalid it is ignored; the user can sign out in any case.
 */
export function createLogoutGuard(readConfiguration: () => ServedConfiguration): Middleware {
  return async function guardLogout(context: Context, next: Next): Promise<void> {
    if (context.path !== routes.end_session) return await next();
    if (context.method === "POST") return await takeForm(context);
    const query = new URLSearchParams(context.querystring);
    const id = query.get("client_id") ?? readAudience(query.get("id_token_hint"));
    const client = id === undefined ? undefined : readConfiguration().clients.get(id);
    const wanted = query.get("post_logout_redirect_uri");
    if (id !== undefined && client === undefined)
      for (const name of ["client_id", "id_token_hint"]) query.delete(name);
    if (wanted !== null && client?.postLogoutRedirectUris.includes(wanted) !== true) {
      query.delete("post_logout_redirect_uri");
      context.state[staysHere] = true;
    }
    context.querystring = String(query);
    await next();
  };
}

/** A cross-site form sends no session cookie, since cookies are SameSite=Lax; the redirected request does. */
async function takeForm(context: Context): Promise<void> {
  try {
    const form = await readForm(context.req);
    context.status = 303;
    context.redirect(`${routes.end_session}?${new URLSearchParams([...form])}`);
  } catch (error) {
    if (!(error instanceof FormError)) throw error;
    context.status = 400;
    await sendError(context, { error: "invalid_request", error_description: error.message });
  }
}

/** Audience of an ID token; not verified here, the library does that. */
function readAudience(token: string | null): string | undefined {
  try {
    const payload = Buffer.from(token?.split(".")[1] ?? "", "base64url").toString();
    const { aud } = JSON.parse(payload) as { aud?: unknown };
    return typeof aud === "string" ? aud : undefined;
  } catch {
    return undefined;
  }
}
