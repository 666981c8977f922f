import type { FastifyInstance } from "fastify";
import { readCurrent } from "../../configuration/apply-change.ts";
import type { ConfigurationDocument } from "../../configuration/document.ts";
import type { SiteContext } from "../site-context.ts";
import { readChange } from "./entries.ts";
import { changeProblems, looseObject, outcome, readProblems } from "./responses.ts";
import { changeQuery, documentSchema } from "./schemas.ts";

/** Replaces the whole configuration: changes that depend on each other become one version. */
export function addConfiguration(app: FastifyInstance, { pool, changes }: SiteContext): void {
  app.get(
    "/api/configuration",
    {
      schema: {
        tags: ["configuration"],
        summary: "Get the current configuration, without secrets",
        response: { 200: looseObject("`version` and the configuration."), ...readProblems },
      },
    },
    async (_request, reply) => {
      const { version, document } = await readCurrent(pool);
      reply.header("etag", `"${version}"`);
      return { version, ...document };
    },
  );
  app.put<{ Querystring: { basedOn: string; summary?: string }; Body: ConfigurationDocument }>(
    "/api/configuration",
    {
      schema: {
        tags: ["configuration"],
        summary: "Replace the configuration",
        description:
          "Existing clients keep their secrets; create secrets for new clients with /api/clients/{name}/secret.",
        querystring: changeQuery,
        body: documentSchema,
        response: { 200: outcome, ...changeProblems },
      },
    },
    async ({ query, body, administrator }) =>
      changes.make(administrator, { ...readChange(query), edit: () => body }),
  );
}
