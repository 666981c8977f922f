import type { FastifyInstance } from "fastify";
import { UnknownError } from "../../configuration/errors.ts";
import { readUserChanges } from "../../users/user-changes.ts";
import { findUser, searchUsers } from "../../users/user-search.ts";
import type { SiteContext } from "../site-context.ts";
import { userActions } from "../users.ts";
import { changeProblems, looseObject, readProblems } from "./answers.ts";
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

/** People who sign in at the OAuth2 server. */
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
        summary: "Users in the order of their names",
        querystring: usersQuery,
        response: {
          200: looseObject("`count` of all that fit, `users` of this page, and `next` where there are more."),
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
        summary: "One user, with the last changes",
        params: userParameter,
        response: { 200: looseObject("`user`, and `changes`, newest first."), ...readProblems },
      },
    },
    async ({ params: { id } }, reply) => {
      const user = await findUser(pool, id);
      if (user === undefined) throw new UnknownError(`user ${id}`);
      reply.header("etag", `"${user.revision}"`);
      return { user, changes: await readUserChanges(pool, { userId: id, limit: 50 }) };
    },
  );
  app.get<{ Querystring: { before?: string; limit: string } }>(
    "/api/user-changes",
    {
      schema: {
        tags,
        summary: "Who did what to whom, newest first; also of users who are gone",
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
        summary: "Register somebody, with a generated password",
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
        summary: "Replace display name and e-mail address",
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
  password: "Generate another password; ends everything that the user holds",
  disable: "Let the user in no more; ends everything that the user holds",
  enable: "Let the user in again",
  "sign-out": "End everything that the user holds: sessions, refresh tokens, access tokens",
  remove: "Forget the user; ends everything that the user holds",
};
