import type { FastifyInstance } from "fastify";
import { requireClient } from "../clients.ts";
import type { SiteContext } from "../site-context.ts";
import { readChange } from "./entries.ts";
import { changeProblems, outcome } from "./responses.ts";
import { changeQuery, nameParameter } from "./schemas.ts";

/** Ends everything that was issued to a client, for use after a secret or token leaked. */
export function addTokenEnds(app: FastifyInstance, { changes }: SiteContext): void {
  app.post<{ Params: { name: string }; Querystring: { basedOn: string; summary?: string } }>(
    "/api/clients/:name/end-tokens",
    {
      schema: {
        tags: ["clients"],
        summary: "End all tokens of a client",
        description:
          "Access tokens, refresh tokens, codes and consents are revoked as soon as the gateways serve the new version.",
        params: nameParameter("clients"),
        querystring: changeQuery,
        body: { type: "object", additionalProperties: false, properties: {} },
        response: { 200: outcome, ...changeProblems },
      },
    },
    async ({ params, query, administrator }) =>
      changes.make(administrator, {
        ...readChange(query),
        edit: (document) => requireClient(document, params.name),
        endsTokensOf: params.name,
      }),
  );
}
