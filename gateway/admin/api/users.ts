import type { FastifyInstance } from "fastify";
import { NotFoundError } from "../../configuration/change-errors.ts";
import { readUserChanges } from "../../users/user-changes.ts";
import { findUser, searchUsers } from "../../users/user-search.ts";
import type { SiteContext } from "../site-context.ts";
import { userActions } from "../users.ts";
import { changeProblems, looseObject, readProblems } from "./responses.ts";
import {
  changesQuery,
  newUserBody,
  noBody,
  userBody,
  userOutcome,
  userParameter,
  userQuery,
  usersQuery,
} from "./user-schemas.ts";

interface Identified {
  readonly id: string;
}

interface UsersQuery {
  readonly find: string;
  readonly state: "any" | "enabled" | "disabled";
  readonly after?: string;
  readonly limit: string;
}

interface Profile {
  readonly displayName: string;
  readonly email: string | null;
}

const tags = ["users"];

/** Users who sign in at the OAuth2 server. */
export function addUsers(app: FastifyInstance, context: SiteContext): void {
  app.register(async (here) => {
    here.addHook("onRequest", async () => context.users.requireHere());
    addReading(here, context);
    addChanging(here, context);
  });
}

function addReading(app: FastifyInstance, { pool }: SiteContext): void {
  app.get<{ Querystring: UsersQuery }>(
    "/api/users",
    {
      schema: {
        tags,
        summary: "List users by name",
        querystring: usersQuery,
        response: {
          200: looseObject("`count` of all matches, `users` on this page, and `next` if there are more."),
          ...readProblems,
        },
      },
    },
    async ({ query }) => {
      const { users, more, count } = await searchUsers(pool, { ...query, limit: Number(query.limit) });
      return { count, users, ...(more ? { next: users.at(-1)?.name } : {}) };
    },
  );
  app.get<{ Params: Identified }>(
    "/api/users/:id",
    {
      schema: {
        tags,
        summary: "Get one user and the latest changes",
        params: userParameter,
        response: { 200: looseObject("`user`, and its `changes`, newest first."), ...readProblems },
      },
    },
    async ({ params: { id } }, reply) => {
      const user = await findUser(pool, id);
      if (user === undefined) throw new NotFoundError(`user ${id}`);
      reply.header("etag", `"${user.revision}"`);
      return { user, changes: await readUserChanges(pool, { userId: id, limit: 50 }) };
    },
  );
  app.get<{ Querystring: { before?: string; limit: string } }>(
    "/api/user-changes",
    {
      schema: {
        tags,
        summary: "List changes to users, newest first, including removed users",
        querystring: changesQuery,
        response: { 200: looseObject("Under `changes`."), ...readProblems },
      },
    },
    async ({ query: { before, limit } }) => ({
      changes: await readUserChanges(pool, {
        limit: Number(limit),
        ...(before === undefined ? {} : { before: Number(before) }),
      }),
    }),
  );
}

function addChanging(app: FastifyInstance, { users }: SiteContext): void {
  const response = { 200: userOutcome, 201: userOutcome, ...changeProblems };
  app.post<{ Body: Profile & { readonly name: string } }>(
    "/api/users",
    {
      schema: {
        tags,
        summary: "Register a user with a generated password",
        body: newUserBody,
        response,
      },
    },
    async ({ administrator, body }, reply) => {
      reply.status(201);
      return users.create(administrator, body);
    },
  );
  app.put<{ Params: Identified; Querystring: { basedOn: string }; Body: Profile }>(
    "/api/users/:id",
    {
      schema: {
        tags,
        summary: "Replace the display name and email address",
        params: userParameter,
        querystring: userQuery,
        body: userBody,
        response,
      },
    },
    async ({ administrator, params: { id }, query, body }) =>
      users.edit(administrator, { id, basedOn: Number(query.basedOn) }, body),
  );
  for (const action of userActions) {
    const isRemoval = action === "remove";
    app.route<{ Params: Identified; Querystring: { basedOn: string } }>({
      method: isRemoval ? "DELETE" : "POST",
      url: isRemoval ? "/api/users/:id" : `/api/users/:id/${action}`,
      schema: {
        tags,
        summary: summaries[action],
        params: userParameter,
        querystring: userQuery,
        ...(isRemoval ? {} : { body: noBody }),
        response,
      },
      handler: async ({ administrator, params: { id }, query }) =>
        users.act(administrator, { id, basedOn: Number(query.basedOn) }, action),
    });
  }
}

const summaries: Readonly<Record<(typeof userActions)[number], string>> = {
  password: "Generate a new password; ends all sessions and tokens of the user",
  disable: "Disable the user; ends all sessions and tokens of the user",
  enable: "Enable the user",
  "sign-out": "Sign the user out everywhere: ends all sessions, refresh tokens and access tokens",
  remove: "Remove the user; ends all sessions and tokens of the user",
};
