import type { FastifyInstance } from "fastify";
import { readAdministratorChanges } from "../administrator-changes.ts";
import { appoint, dismiss, readAppointments } from "../administrators.ts";
import { describeAuthor } from "../changes.ts";
import { type Role, roles } from "../role.ts";
import type { SiteContext } from "../site-context.ts";
import { changeProblems, looseObject, readProblems } from "./responses.ts";
import { administratorParameter } from "./schemas.ts";
import { changesQuery } from "./user-schemas.ts";

interface Named {
  readonly name: string;
}

/** Lists and changes roles. */
export function addAdministrators(app: FastifyInstance, { pool }: SiteContext): void {
  const tags = ["administrators"];
  app.get(
    "/api/administrators",
    {
      schema: {
        tags,
        summary: "List yourself and all administrators",
        response: { 200: looseObject("`you`, and `administrators`."), ...readProblems },
      },
    },
    async ({ administrator: { name, role } }) => ({
      you: { name, role },
      administrators: await readAppointments(pool),
    }),
  );
  app.get<{ Querystring: { before?: string; limit: string } }>(
    "/api/administrator-changes",
    {
      schema: {
        tags,
        summary: "List role changes, newest first",
        querystring: changesQuery,
        response: { 200: looseObject("Under `changes`."), ...readProblems },
      },
    },
    async ({ query: { before, limit } }) => ({
      changes: await readAdministratorChanges(pool, {
        limit: Number(limit),
        before: before === undefined ? undefined : Number(before),
      }),
    }),
  );
  app.put<{ Params: Named; Body: { role: Role } }>(
    "/api/administrators/:name",
    {
      schema: {
        tags,
        summary: "Assign a role",
        params: administratorParameter,
        body: {
          type: "object",
          additionalProperties: false,
          required: ["role"],
          properties: { role: { type: "string", enum: [...roles] } },
        },
        response: { 200: looseObject("The role."), ...changeProblems },
      },
    },
    async ({ params: { name }, body: { role }, administrator }) => {
      await appoint(pool, name, role, describeAuthor(administrator));
      return { name, role };
    },
  );
  app.delete<{ Params: Named }>(
    "/api/administrators/:name",
    {
      schema: {
        tags,
        summary: "Remove a role",
        params: administratorParameter,
        response: { 200: looseObject("The remaining role."), ...changeProblems },
      },
    },
    async ({ params: { name }, administrator }) => {
      await dismiss(pool, name, describeAuthor(administrator));
      return { name, role: "viewer" };
    },
  );
}
