import type { FastifyInstance } from "fastify";
import { readOperatorActions } from "../../login/operator-actions.ts";
import { longestSubject } from "../operator-actions.ts";
import type { SiteContext } from "../site-context.ts";
import { changeProblems, looseObject, readProblems } from "./responses.ts";
import { changesQuery } from "./user-schemas.ts";

const tags = ["sign-in"];
const recorded = looseObject(
  "The action. `outcome` is `null` until a gateway has completed it, normally within 2 s.",
);

/** Actions that gateways carry out immediately for an operator, with their history. */
export function addOperatorActions(app: FastifyInstance, { pool, operatorActions }: SiteContext): void {
  app.post(
    "/api/signing-keys/rotate",
    {
      schema: {
        tags,
        summary: "Rotate the signing keys",
        description:
          "New keys are published immediately and start signing 15 minutes later; the old keys remain published for another 2 hours.",
        body: { type: "object", additionalProperties: false, properties: {} },
        response: { 200: recorded, ...changeProblems },
      },
    },
    async ({ administrator }) =>
      operatorActions.request(administrator, { action: "rotate-signing-keys", subject: "" }),
  );
  addClearing(app, operatorActions, "account", { type: "string", minLength: 1, maxLength: longestSubject });
  addClearing(app, operatorActions, "address", { type: "string", maxLength: longestSubject });
  app.get<{ Querystring: { before?: string; limit: string } }>(
    "/api/operator-actions",
    {
      schema: {
        tags,
        summary: "List key rotations and cleared sign-in attempts, newest first",
        querystring: changesQuery,
        response: { 200: looseObject("Under `actions`."), ...readProblems },
      },
    },
    async ({ query: { before, limit } }) => ({
      actions: await readOperatorActions(pool, {
        limit: Number(limit),
        before: before === undefined ? undefined : Number(before),
      }),
    }),
  );
}

function addClearing(
  app: FastifyInstance,
  operatorActions: SiteContext["operatorActions"],
  kind: "account" | "address",
  schema: object,
): void {
  app.post<{ Body: Record<string, string> }>(
    `/api/wrong-attempts/clear-${kind}`,
    {
      schema: {
        tags,
        summary: `Clear the failed sign-in attempts of an ${kind}`,
        description: "Lifts the lockout that follows too many failed sign-in attempts.",
        body: {
          type: "object",
          additionalProperties: false,
          required: [kind],
          properties: { [kind]: schema },
        },
        response: { 200: recorded, ...changeProblems },
      },
    },
    async ({ administrator, body }) =>
      operatorActions.request(administrator, { action: `clear-${kind}`, subject: body[kind] ?? "" }),
  );
}
