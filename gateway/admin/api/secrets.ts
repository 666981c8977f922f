import type { FastifyInstance } from "fastify";
import { requireSecretBearer } from "../clients.ts";
import { generateSecret } from "../secret.ts";
import type { SiteContext } from "../site-context.ts";
import { readChange } from "./entries.ts";
import { changeProblems, outcome } from "./responses.ts";
import { changeQuery, nameParameter } from "./schemas.ts";

/** A client's secret is generated here, returned once, and stored as a keyed hash. */
export function addSecrets(app: FastifyInstance, { changes, settings }: SiteContext): void {
  app.post<{ Params: { name: string }; Querystring: { basedOn: string; summary?: string } }>(
    "/api/clients/:name/secret",
    {
      schema: {
        tags: ["clients"],
        summary: "Replace the secret of a client",
        description: "The old secret stops working as soon as the gateways serve the new version.",
        params: nameParameter("clients"),
        querystring: changeQuery,
        body: { type: "object", additionalProperties: false, properties: {} },
        response: { 200: outcome, ...changeProblems },
      },
    },
    async ({ params, query, administrator }) => {
      const secret = generateSecret(settings.clientSecretKey, params.name);
      const made = await changes.make(administrator, {
        ...readChange(query),
        edit: (document) => requireSecretBearer(document, params.name),
        secretHashes: new Map([[params.name, secret.hash]]),
      });
      return { ...made, secret: secret.text };
    },
  );
}
