import { type Html, html } from "../page/html.ts";

export interface LoginPage {
  /** Action URL of the form. */
  readonly action: string;
  /** The client that requests the login. */
  readonly clientName: string;
  readonly host: string;
  /** As submitted before. */
  readonly name?: string | undefined;
  /** Error of the previous attempt. */
  readonly error?: string | undefined;
}

export function renderLogin({ action, clientName, host, name, error }: LoginPage): Html {
  const known = name !== undefined && name !== "";
  return html`<h1>Sign in</h1>
<p class="soft">to continue to <strong>${clientName}</strong></p>
${error === undefined ? undefined : html`<p class="error" role="alert" id="error">${error}</p>`}
<form method="post" action="${action}/login">
<label for="name">User name</label>
<input type="text" id="name" name="name" value="${name ?? ""}" autocomplete="username" autocapitalize="none"
 spellcheck="false" maxlength="100" required${known ? undefined : autofocus}${error === undefined ? undefined : described}>
<label for="password">Password</label>
<input type="password" id="password" name="password" autocomplete="current-password" maxlength="500" required${known ? autofocus : undefined}>
<div class="actions"><button class="primary" type="submit">Sign in</button></div>
</form>
<form method="post" action="${action}/abort"><div class="actions"><button type="submit">Cancel</button></div></form>
<p class="soft">You are on ${host}. Sign in only if you came here from ${clientName}.</p>`;
}

const autofocus = html` autofocus`;
const described = html` aria-describedby="error" aria-invalid="true"`;
