import type { FastifyInstance } from "fastify";
import { html } from "../../page/html.ts";
import { requireClient } from "../clients.ts";
import type { SiteContext } from "../site-context.ts";
import { addQuestionPages } from "./question-pages.ts";

/** Ends all tokens of a client after confirmation. */
export function addTokenEndPages(app: FastifyInstance, context: SiteContext): void {
  addQuestionPages(app, context, {
    kind: "clients",
    below: "end-tokens",
    require: requireClient,
    ask: (name) => ({
      tab: `Tokens of ${name}`,
      title: `End all tokens of ${name}?`,
      text: html`<p>Its access tokens, refresh tokens and codes are revoked as soon as the gateways serve the new version,
      and all its users must sign in and give consent again. Its secret does not change.</p>`,
      button: "End all tokens",
    }),
    change: async (page, name, basedOn) => {
      const made = await context.changes.make(page.request.administrator, {
        basedOn,
        edit: (document) => requireClient(document, name),
        endsTokensOf: name,
      });
      return page.leave(`/clients?stored=${made.version}`);
    },
  });
}
