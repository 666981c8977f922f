import type { FastifyInstance, FastifyReply } from "fastify";
import { VersionStaleError } from "../../configuration/errors.ts";
import { type Content, html } from "../../page/html.ts";
import { requireClient } from "../clients.ts";
import type { SiteContext } from "../site.ts";
import { renderQuestion } from "./edit-page.ts";
import { renderConflict } from "./notices.ts";
import { PageRequest } from "./page-context.ts";

/** All tokens of a client are ended after a question. */
export function addTokenEndPages(app: FastifyInstance, context: SiteContext): void {
  const schema = { hide: true };
  app.get("/clients/:name/end-tokens", { schema }, async (request, reply) => {
    const page = new PageRequest(context, request, reply);
    const { version } = await page.readCurrent();
    return sendQuestion(page, { basedOn: version });
  });
  app.post("/clients/:name/end-tokens", { schema }, async (request, reply) => {
    const page = new PageRequest(context, request, reply);
    const basedOn = page.readBasis();
    const name = page.parameter("name");
    try {
      const made = await context.changes.make(request.administrator, {
        basedOn,
        edit: (document) => requireClient(document, name),
        endsTokensOf: name,
      });
      return page.leave(`/clients?stored=${made.version}`);
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

async function sendQuestion(
  page: PageRequest,
  asking: { readonly basedOn: number; readonly notice?: Content; readonly status?: number },
): Promise<FastifyReply> {
  const name = page.parameter("name");
  const { document } = await page.readCurrent();
  requireClient(document, name);
  const path = `/clients/${encodeURIComponent(name)}`;
  const content = renderQuestion({
    back: { path, title: name },
    title: `End all tokens of ${name}?`,
    text: html`<p>Its access tokens, refresh tokens and codes are refused as soon as the gateways serve the new version,
      and everybody who uses it has to sign in and allow it again. Its secret stays.</p>`,
    action: `${path}/end-tokens`,
    button: "End all tokens",
    canEdit: page.canEdit,
    token: page.issueToken(),
    ...asking,
  });
  const status = asking.status === undefined ? {} : { status: asking.status };
  return page.send({ title: `Tokens of ${name}`, section: "clients", ...status }, content);
}
