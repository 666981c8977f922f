import type { FastifyInstance } from "fastify";
import { readAdministratorChanges } from "../administrator-changes.ts";
import { appoint, dismiss, readAppointments } from "../administrators.ts";
import { describeAuthor } from "../changes.ts";
import { type Role, roles } from "../role.ts";
import type { SiteContext } from "../site-context.ts";
import { changeProblems, looseObject, readProblems } from "./answers.ts";
import { administratorParameter } from "./schemas.ts";
import { changesQuery } from "./user-schemas.ts";

interface Named {
  readonly name: string;
}

/** Who has which role. */
export function addAdministrators(app: FastifyInstance, { pool }: SiteContext): void {
  const tags = ["administrators"];
  app.get(
    "/api/administrators",
    {
      schema: {
        tags,
        summary: "Yourself, and whoever has a role",
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
        summary: "Who gave and took which role, newest first",
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
        summary: "Give somebody a role",
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
        summary: "Take somebody's role away",
        params: administratorParameter,
        response: { 200: looseObject("The role that is left."), ...changeProblems },
      },
    },
    async ({ params: { name }, administrator }) => {
      await dismiss(pool, name, describeAuthor(administrator));
      return { name, role: "viewer" };
    },
  );
}
