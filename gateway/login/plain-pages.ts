import { type Html, html } from "../page/html.ts";

export function renderError(error: string, description: string | undefined): Html {
  return html`<h1>Something went wrong</h1>
<p class="error" role="alert">${description ?? "The request cannot be processed."}</p>
<p class="soft">Go back to the application and try again. If the problem persists, report this error code to its developers: <code>${error}</code>.</p>`;
}

export interface LogoutPage {
  readonly action: string;
  readonly csrf: string;
  readonly host: string;
  readonly signedIn: boolean;
  /** The application requested an address that it did not register. */
  readonly staysHere: boolean;
}

export function renderLogout(page: LogoutPage): Html {
  const { action, csrf, host, staysHere, signedIn } = page;
  if (!signedIn)
    return html`<h1>You are not signed in</h1>
<p>There is nothing to sign out of at ${host}.</p>
<form method="post" action="${action}">
<input type="hidden" name="xsrf" value="${csrf}">
<div class="actions"><button class="primary" type="submit" name="logout" value="yes">Continue</button></div>
</form>`;
  return html`<h1>Sign out?</h1>
<p>You are signed in to ${host}.</p>
${
  staysHere
    ? html`<p class="error" role="alert">The application asked to return you to an address that is not registered for it, so you will stay
here. Report this to its developers: <code>post_logout_redirect_uri</code>.</p>`
    : undefined
}
<form method="post" action="${action}">
<input type="hidden" name="xsrf" value="${csrf}">
<div class="actions">
<button class="primary" type="submit" name="logout" value="yes">Sign out</button>
<button type="submit">Stay signed in</button>
</div>
</form>`;
}

export function renderLoggedOut(): Html {
  return html`<h1>Signed out</h1>
<p>You can close this page.</p>`;
}
