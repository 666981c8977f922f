import { type Html, html } from "../page/html.ts";

export function renderError(error: string, description: string | undefined): Html {
  return html`<h1>This did not work</h1>
<p class="error" role="alert">${description ?? "The request cannot be answered."}</p>
<p class="soft">Go back to where you came from and try again. If it happens again, tell its makers: <code>${error}</code>.</p>`;
}

export function renderLogout(action: string, csrf: string, host: string): Html {
  return html`<h1>Sign out?</h1>
<p>You are signed in at ${host}.</p>
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
