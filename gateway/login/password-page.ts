import { type Html, html } from "../page/html.ts";
import { passwordLimits } from "../users/password-rules.ts";

export interface ChoicePage {
  /** Action URL of the form. */
  readonly action: string;
  readonly userName: string;
  readonly clientName: string;
  /** Error of the previous attempt. */
  readonly error?: string | undefined;
}

/** Shown between a login with a password that someone else set and the next step. */
export function renderPasswordChoice({ action, userName, clientName, error }: ChoicePage): Html {
  return html`<h1>Choose a new password</h1>
<p>You signed in with a temporary password. Choose one that only you know to continue to <strong>${clientName}</strong>.</p>
${renderRefusal(error)}
<form method="post" action="${action}/password">
<label for="name">User name</label>
<input type="text" id="name" value="${userName}" autocomplete="username" readonly>
${renderNewPassword(error, html` autofocus`)}
<div class="actions"><button class="primary" type="submit">Save and continue</button></div>
</form>
<form method="post" action="${action}/abort"><div class="actions"><button type="submit">Cancel</button></div></form>`;
}

export interface ChangePage {
  readonly action: string;
  readonly host: string;
  /** As submitted before. */
  readonly name?: string | undefined;
  readonly error?: string | undefined;
}

/** For users who know their password and want another one, at any time. */
export function renderPasswordChange({ action, host, name = "", error }: ChangePage): Html {
  return html`<h1>Change your password</h1>
<p class="soft">on ${host}. This signs you out everywhere.</p>
${renderRefusal(error)}
<form method="post" action="${action}">
<label for="name">User name</label>
<input type="text" id="name" name="name" value="${name}" autocomplete="username" autocapitalize="none" spellcheck="false"
 maxlength="100" required${name === "" && html` autofocus`}>
<label for="password">Current password</label>
<input type="password" id="password" name="password" autocomplete="current-password" maxlength="500"
 required${name !== "" && html` autofocus`}${error !== undefined && described}>
${renderNewPassword(error, undefined)}
<div class="actions"><button class="primary" type="submit">Change password</button></div>
</form>`;
}

export function renderPasswordChanged(): Html {
  return html`<h1>Password changed</h1>
<p>Your old password no longer works, and you have been signed out everywhere. Sign in again with the new one.</p>`;
}

const described = html` aria-describedby="error" aria-invalid="true"`;

function renderRefusal(error: string | undefined): Html | undefined {
  return error === undefined ? undefined : html`<p class="error" role="alert" id="error">${error}</p>`;
}

/** Twice, because the input is hidden. */
function renderNewPassword(error: string | undefined, focus: Html | undefined): Html {
  const { least, most } = passwordLimits;
  const hints = error === undefined ? "rule" : "rule error";
  return html`<label for="new">New password</label>
<p class="soft" id="rule">At least ${least} characters. Several words in a row are easy to remember; spaces are allowed.</p>
<input type="password" id="new" name="new" autocomplete="new-password" minlength="${least}" maxlength="${most}"
 passwordrules="minlength: ${least}; maxlength: ${most};" aria-describedby="${hints}" required${focus}>
<label for="again">Confirm new password</label>
<input type="password" id="again" name="again" autocomplete="new-password" maxlength="${most}" required>`;
}
