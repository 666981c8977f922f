import type { FastifyInstance, FastifyReply } from "fastify";
import { VersionStaleError } from "../../configuration/errors.ts";
import { type Content, html } from "../../page/html.ts";
import type { Outcome } from "../changes.ts";
import { requireSecretBearer } from "../clients.ts";
import { generateSecret } from "../secret.ts";
import type { SiteContext } from "../site.ts";
import { renderQuestion } from "./edit-page.ts";
import { renderConflict, renderStored } from "./notices.ts";
import { PageRequest } from "./page-context.ts";

/** A client's secret is replaced after a question, and shown in the answer to it and nowhere else. */
export function addSecretPages(app: FastifyInstance, context: SiteContext): void {
  const schema = { hide: true };
  app.get("/clients/:name/secret", { schema }, async (request, reply) => {
    const page = new PageRequest(context, request, reply);
    const { version } = await page.readCurrent();
    return sendQuestion(page, { basedOn: version });
  });
  app.post("/clients/:name/secret", { schema }, async (request, reply) => {
    const page = new PageRequest(context, request, reply);
    const basedOn = page.readBasis();
    const name = page.parameter("name");
    const secret = generateSecret(context.settings.clientSecretKey, name);
    try {
      const made = await context.changes.make(request.administrator, {
        basedOn,
        edit: (document) => requireSecretBearer(document, name),
        secretHashes: new Map([[name, secret.hash]]),
      });
      return await sendSecret(page, name, { secret: secret.text, made });
    } catch (error) {
      if (!(error instanceof VersionStaleError)) throw error;
      const { conflict } = error;
      return sendQuestion(page, {
        basedOn: conflict.current,
        notice: renderConflict(conflict),
        status: 409,
      });
    }
  });
}

/** Loading this page again would repeat a form whose version is stale by then: the secret is not shown twice. */
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
      <p><strong>Copy it now.</strong> It is shown this once: what is stored is a keyed hash of it.</p>
      <dl><div><dt>client_id</dt><dd><code>${name}</code></dd></div>
      <div><dt>client_secret</dt><dd><code id="secret" tabindex="0">${shown.secret}</code></dd></div></dl>
    </div>
    <p><a class="button main" href="/clients/${encodeURIComponent(name)}">I have copied it</a></p>`,
  );
}

async function sendQuestion(
  page: PageRequest,
  asking: { readonly basedOn: number; readonly notice?: Content; readonly status?: number },
): Promise<FastifyReply> {
  const name = page.parameter("name");
  const { document } = await page.readCurrent();
  requireSecretBearer(document, name);
  const path = `/clients/${encodeURIComponent(name)}`;
  const content = renderQuestion({
    back: { path, title: name },
    title: `Replace the secret of ${name}?`,
    text: html`<p>The secret that the client has now stops working as soon as the gateways serve the new version. Tokens
      that it was given go on until they expire; they can be <a href="${path}/end-tokens">ended</a> as well.</p>`,
    action: `${path}/secret`,
    button: "Replace the secret",
    canEdit: page.canEdit,
    token: page.issueToken(),
    ...asking,
  });
  const status = asking.status === undefined ? {} : { status: asking.status };
  return page.send({ title: `Secret of ${name}`, section: "clients", ...status }, content);
}
