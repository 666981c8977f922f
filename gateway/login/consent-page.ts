import { type Html, html } from "../page/html.ts";

/** One thing that a client asks for. */
export interface Wish {
  readonly scope: string;
  /** For people; the scope itself where nobody described it. */
  readonly description: string;
}

export interface ConsentPage {
  readonly action: string;
  readonly clientName: string;
  readonly accountName: string;
  readonly wishes: readonly Wish[];
  /** Where the answer goes. */
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

/** What scopes of OpenID Connect mean. */
export const openidDescriptions: Readonly<Record<string, string>> = {
  openid: "Know your account ID",
  profile: "See your name",
  email: "See your email address",
  offline_access: "Keep access while you are away (offline access)",
};
