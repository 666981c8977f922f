import type { FastifyInstance, FastifyReply } from "fastify";
import { readCurrent } from "../../configuration/apply-change.ts";
import { NotFoundError } from "../../configuration/change-errors.ts";
import {
  type EntryOf,
  findEntry,
  type Kind,
  kinds,
  nouns,
  putEntry,
  removeEntry,
} from "../../configuration/document.ts";
import { bearsSecret } from "../clients.ts";
import { generateSecret } from "../secret.ts";
import type { SiteContext } from "../site-context.ts";
import { changeProblems, looseObject, outcome, readProblems } from "./responses.ts";
import { changeQuery, entrySchemas, nameParameter } from "./schemas.ts";

interface Named {
  readonly name: string;
}

interface ChangeQuery {
  readonly basedOn: string;
  readonly summary?: string;
}

/** Reads, writes and removes entries; the same code serves every kind. */
export function addEntries(app: FastifyInstance, context: SiteContext): void {
  for (const kind of kinds) {
    addReading(app, kind, context);
    addPutting(app, kind, context);
    addRemoving(app, kind, context);
  }
}

function addReading(app: FastifyInstance, kind: Kind, { pool }: SiteContext): void {
  const noun = nouns[kind];
  app.get(
    `/api/${kind}`,
    {
      schema: {
        tags: [kind],
        summary: `List ${noun}s`,
        response: { 200: looseObject(`\`version\`, and the entries under \`${kind}\`.`), ...readProblems },
      },
    },
    async (_request, reply) => {
      const { version, document } = await readCurrent(pool);
      tagVersion(reply, version);
      return { version, [kind]: document[kind] };
    },
  );
  app.get<{ Params: Named }>(
    `/api/${kind}/:name`,
    {
      schema: {
        tags: [kind],
        summary: `Get one ${noun}`,
        params: nameParameter(kind),
        response: { 200: looseObject(`\`version\`, and the ${noun} under \`entry\`.`), ...readProblems },
      },
    },
    async ({ params }, reply) => {
      const { version, document } = await readCurrent(pool);
      const entry = findEntry(document, kind, params.name);
      if (entry === undefined) throw new NotFoundError(`${noun} ${params.name}`);
      tagVersion(reply, version);
      return { version, entry };
    },
  );
}

function addPutting(app: FastifyInstance, kind: Kind, { changes, settings }: SiteContext): void {
  app.put<{ Params: Named; Querystring: ChangeQuery; Body: EntryOf<Kind> }>(
    `/api/${kind}/:name`,
    {
      schema: {
        tags: [kind],
        summary: `Add or replace one ${nouns[kind]}`,
        params: nameParameter(kind),
        querystring: changeQuery,
        body: entrySchemas[kind],
        response: { 200: outcome, 201: outcome, ...changeProblems },
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      const entry: EntryOf<Kind> = { ...request.body, name };
      let isNew = false;
      const secret = generateSecret(settings.clientSecretKey, name);
      const secretHashes = new Map<string, string | null>();
      const made = await changes.make(request.administrator, {
        ...readChange(request.query),
        edit: (document) => {
          isNew = findEntry(document, kind, name) === undefined;
          // A client without a secret could not get a token, so creating one returns its secret.
          if (isNew && kind === "clients" && bearsSecret(entry as EntryOf<"clients">))
            secretHashes.set(name, secret.hash);
          return putEntry(document, kind, entry);
        },
        secretHashes,
      });
      reply.status(isNew ? 201 : 200);
      return secretHashes.size > 0 ? { ...made, secret: secret.text } : made;
    },
  );
}

function addRemoving(app: FastifyInstance, kind: Kind, { changes }: SiteContext): void {
  app.delete<{ Params: Named; Querystring: ChangeQuery }>(
    `/api/${kind}/:name`,
    {
      schema: {
        tags: [kind],
        summary: `Remove one ${nouns[kind]}`,
        params: nameParameter(kind),
        querystring: changeQuery,
        response: { 200: outcome, ...changeProblems },
      },
    },
    async ({ params, query, administrator }) =>
      changes.make(administrator, {
        ...readChange(query),
        edit: (document) => {
          if (findEntry(document, kind, params.name) === undefined)
            throw new NotFoundError(`${nouns[kind]} ${params.name}`);
          return removeEntry(document, kind, params.name);
        },
      }),
  );
}

/** The version that was read, as an `ETag`. */
function tagVersion(reply: FastifyReply, version: number): void {
  reply.header("etag", `"${version}"`);
}

export function readChange({ basedOn, summary }: ChangeQuery): { basedOn: number; summary?: string } {
  return { basedOn: Number(basedOn), ...(summary === undefined ? {} : { summary }) };
}
