import { type Html, html } from "../page/html.ts";

export function renderError(error: string, description: string | undefined): Html {
  return html`<h1>This did not work</h1>
<p class="error" role="alert">${description ?? "The request cannot be answered."}</p>
<p class="soft">Go back to where you came from and try again. If it happens again, tell its makers: <code>${error}</code>.</p>`;
}

export interface LogoutPage {
  readonly action: string;
  readonly csrf: string;
  readonly host: string;
  /** The application asked for an address that it did not register. */
  readonly staysHere: boolean;
}

export function renderLogout({ action, csrf, host, staysHere }: LogoutPage): Html {
  return html`<h1>Sign out?</h1>
<p>You are signed in at ${host}.</p>
${
  staysHere
    ? html`<p class="error" role="alert">The application asked to continue at an address that is not registered for it, so you stay here
afterwards. Tell its makers: <code>post_logout_redirect_uri</code>.</p>`
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
  return html`<h1>Done</h1>
<p>You can close this page.</p>`;
}
