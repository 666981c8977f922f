import type { FastifyInstance } from "fastify";
import { NotFoundError } from "../../configuration/change-errors.ts";
import { findDocument, findVersion, readVersions } from "../../configuration/history.ts";
import type { SiteContext } from "../site-context.ts";
import {
  changeProblems,
  looseObject,
  outcome,
  readProblems,
  version as versionResponse,
} from "./responses.ts";
import { changeQuery, pageQuery, versionParameter } from "./schemas.ts";

/** The history of the configuration, and rollback. */
export function addVersions(app: FastifyInstance, { pool, changes }: SiteContext): void {
  app.get<{ Querystring: { before?: string; limit: string } }>(
    "/api/versions",
    {
      schema: {
        tags: ["versions"],
        summary: "List versions, newest first",
        querystring: pageQuery,
        response: { 200: looseObject("Under `versions`."), ...readProblems },
      },
    },
    async ({ query: { before, limit } }) => ({
      versions: await readVersions(pool, {
        limit: Number(limit),
        ...(before === undefined ? {} : { before: Number(before) }),
      }),
    }),
  );
  app.get<{ Params: { version: string } }>(
    "/api/versions/:version",
    {
      schema: {
        tags: ["versions"],
        summary: "Get one version and its document",
        params: versionParameter,
        response: { 200: versionResponse, ...readProblems },
      },
    },
    async ({ params }) => {
      const version = Number(params.version);
      const found = await findVersion(pool, version);
      if (found === undefined) throw new NotFoundError(`version ${version} in the history`);
      return { ...found, document: await findDocument(pool, version) };
    },
  );
  app.post<{ Params: { version: string }; Querystring: { basedOn: string } }>(
    "/api/versions/:version/restore",
    {
      schema: {
        tags: ["versions"],
        summary: "Roll back to an earlier version, creating a new one",
        params: versionParameter,
        querystring: changeQuery,
        body: { type: "object", additionalProperties: false, properties: {} },
        response: { 200: outcome, ...changeProblems },
      },
    },
    async ({ params, query, administrator }) =>
      changes.restore(administrator, Number(params.version), Number(query.basedOn)),
  );
}
