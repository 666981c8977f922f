import { type Html, html } from "../page/html.ts";

/** One permission that a client requests. */
export interface Wish {
  readonly scope: string;
  /** For users; the scope itself where it has no description. */
  readonly description: string;
}

export interface ConsentPage {
  readonly action: string;
  readonly clientName: string;
  readonly accountName: string;
  readonly wishes: readonly Wish[];
  /** Host of the redirect URI. */
  readonly redirectHost?: string | undefined;
}

export function renderConsent(page: ConsentPage): Html {
  const { action, clientName, accountName, wishes, redirectHost } = page;
  return html`<h1>Allow ${clientName}?</h1>
<p class="soft">Signed in as <strong>${accountName}</strong>.</p>
<p>${clientName} is asking for permission to:</p>
<ul>
${wishes.map(
  ({ scope, description }) =>
    html`<li>${description}${description === scope ? undefined : html`<small>${scope}</small>`}</li>\n`,
)}</ul>
${redirectHost === undefined ? undefined : html`<p class="soft">You will be returned to ${redirectHost}.</p>`}
<form method="post" action="${action}/consent">
<div class="actions"><button class="primary" type="submit">Allow</button></div>
</form>
<form method="post" action="${action}/abort">
<div class="actions"><button type="submit">Deny</button></div>
</form>`;
}

/** Descriptions of OpenID Connect scopes. */
export const openidDescriptions: Readonly<Record<string, string>> = {
  openid: "Know your account ID",
  profile: "See your name",
  email: "See your email address",
  offline_access: "Keep access while you are away (offline access)",
};
