import type { FastifyInstance, FastifyReply } from "fastify";
import { html } from "../../page/html.ts";
import type { Outcome } from "../changes.ts";
import { requireSecretBearer } from "../clients.ts";
import { generateSecret } from "../secret.ts";
import type { SiteContext } from "../site-context.ts";
import { renderStored } from "./notices.ts";
import type { PageRequest } from "./page-context.ts";
import { addQuestionPages } from "./question-pages.ts";

/** Replaces a client's secret after confirmation; shows it in that response only. */
export function addSecretPages(app: FastifyInstance, context: SiteContext): void {
  addQuestionPages(app, context, {
    kind: "clients",
    below: "secret",
    require: requireSecretBearer,
    ask: (name, path) => ({
      tab: `Secret of ${name}`,
      title: `Replace the secret of ${name}?`,
      text: html`<p>The current secret stops working as soon as the gateways serve the new version. Existing tokens
      remain valid until they expire; you can also <a href="${path}/end-tokens">end them now</a>.</p>`,
      button: "Replace the secret",
    }),
    change: async (page, name, basedOn) => {
      const secret = generateSecret(context.settings.clientSecretKey, name);
      const made = await context.changes.make(page.request.administrator, {
        basedOn,
        edit: (document) => requireSecretBearer(document, name),
        secretHashes: new Map([[name, secret.hash]]),
      });
      return await sendSecret(page, name, { secret: secret.text, made });
    },
  });
}

/** Reloading this page would submit a form whose version is stale, so the secret is not shown again. */
export async function sendSecret(
  page: PageRequest,
  name: string,
  shown: { readonly secret: string; readonly made: Outcome },
): Promise<FastifyReply> {
  const { version, propagation } = shown.made;
  return page.send(
    { title: `Secret of ${name}`, section: "clients" },
    html`<p class="back"><a href="/clients">Clients</a></p>
    <div class="head"><h1>Secret of ${name}</h1></div>
    ${renderStored(version, propagation)}
    <div class="secret" role="alert">
      <p><strong>Copy it now.</strong> It is shown only once; only a keyed hash of it is stored.</p>
      <dl><div><dt>client_id</dt><dd><code>${name}</code></dd></div>
      <div><dt>client_secret</dt><dd><code id="secret" tabindex="0">${shown.secret}</code></dd></div></dl>
    </div>
    <p><a class="button main" href="/clients/${encodeURIComponent(name)}">I have copied it</a></p>`,
  );
}
