import type { FastifyInstance, FastifyReply } from "fastify";
import {
  ConfigurationInvalidError,
  NotFoundError,
  VersionStaleError,
} from "../../configuration/change-errors.ts";
import { type EntryOf, findEntry, type Kind, nouns, putEntry } from "../../configuration/document.ts";
import { bearsSecret } from "../clients.ts";
import { generateSecret } from "../secret.ts";
import type { SiteContext } from "../site-context.ts";
import { type Editing, renderEditor } from "./edit-page.ts";
import type { EntryForm } from "./entry-form.ts";
import { FormReader } from "./form-values.ts";
import { renderList } from "./list-page.ts";
import { renderConflict } from "./notices.ts";
import { PageRequest } from "./page-context.ts";
import { sendSecret } from "./secret-pages.ts";

/** List, form for a new entry, form for an existing entry, and form submission. */
export function addEntryPages<K extends Kind>(
  app: FastifyInstance,
  form: EntryForm<K>,
  context: SiteContext,
): void {
  const schema = { hide: true };
  const { kind } = form;
  app.get(`/${kind}`, { schema }, (request, reply) =>
    sendList(form, new PageRequest(context, request, reply)),
  );
  app.get(`/new/${kind}`, { schema }, async (request, reply) => {
    const page = new PageRequest(context, request, reply);
    const { version } = await page.readCurrent();
    return sendEditor(form, page, { values: form.blank, basedOn: version });
  });
  app.get(`/${kind}/:name`, { schema }, async (request, reply) => {
    const page = new PageRequest(context, request, reply);
    const name = page.parameter("name");
    const { version, document } = await page.readCurrent();
    const entry = findEntry(document, kind, name);
    if (entry === undefined) throw new NotFoundError(`${nouns[kind]} ${name}`);
    return sendEditor(form, page, { name, values: form.write(entry), basedOn: version });
  });
  app.post(`/new/${kind}`, { schema }, (request, reply) =>
    store(form, new PageRequest(context, request, reply), undefined),
  );
  app.post(`/${kind}/:name`, { schema }, (request, reply) => {
    const page = new PageRequest(context, request, reply);
    return store(form, page, page.parameter("name"));
  });
}

async function sendList<K extends Kind>(form: EntryForm<K>, page: PageRequest): Promise<FastifyReply> {
  const { document } = await page.readCurrent();
  const options = { find: page.query("find"), canEdit: page.canEdit, notice: page.renderStored() };
  return page.send({ title: form.title, section: form.kind }, renderList(form, document, options));
}

async function sendEditor<K extends Kind>(
  form: EntryForm<K>,
  page: PageRequest,
  editing: Omit<Editing, "token" | "canEdit">,
  status = 200,
): Promise<FastifyReply> {
  const { document } = await page.readCurrent();
  const token = page.issueToken();
  const state = editing.name === undefined ? undefined : await form.readState?.(editing.name, page.site.pool);
  const content = renderEditor(form, document, { ...editing, state, token, canEdit: page.canEdit });
  const title = editing.name ?? `New ${nouns[form.kind]}`;
  return page.send({ title, section: form.kind, status }, content);
}

async function store<K extends Kind>(
  form: EntryForm<K>,
  page: PageRequest,
  existing: string | undefined,
): Promise<FastifyReply> {
  const basedOn = page.readBasis();
  const { kind } = form;
  const reader = new FormReader(kind, page.request.body);
  // The entry is identified by the URL, not by a field.
  const entry = { ...form.read(reader), ...(existing === undefined ? {} : { name: existing }) };
  const again = { ...(existing === undefined ? {} : { name: existing }), values: reader.values, basedOn };
  if (reader.problems.length > 0) return sendEditor(form, page, { ...again, problems: reader.problems }, 422);
  const secret = generateSecret(page.site.settings.clientSecretKey, entry.name);
  const needsSecret = kind === "clients" && bearsSecret(entry as EntryOf<"clients">);
  const secretHashes =
    existing === undefined && needsSecret ? new Map([[entry.name, secret.hash]]) : new Map();
  try {
    const made = await page.site.changes.make(page.request.administrator, {
      basedOn,
      summary: page.field("summary"),
      edit: (document) => {
        requireName(document[kind], kind, entry.name, existing);
        return putEntry(document, kind, entry);
      },
      secretHashes,
    });
    if (secretHashes.size > 0) return await sendSecret(page, entry.name, { secret: secret.text, made });
    return page.leave(`/${kind}?stored=${made.differences.length === 0 ? 0 : made.version}`);
  } catch (error) {
    if (error instanceof ConfigurationInvalidError)
      return sendEditor(form, page, { ...again, problems: error.problems }, 422);
    if (error instanceof VersionStaleError) {
      const { conflict } = error;
      const editing = { ...again, basedOn: conflict.current, notice: await renderConflict(conflict) };
      return sendEditor(form, page, editing, 409);
    }
    throw error;
  }
}

/** A new entry must not replace an existing one, and an edit must not restore one that was removed. */
function requireName(
  entries: readonly { readonly name: string }[],
  kind: Kind,
  name: string,
  existing: string | undefined,
): void {
  const found = entries.some((entry) => entry.name === name);
  if (existing !== undefined && !found) throw new NotFoundError(`${nouns[kind]} ${name}`);
  if (existing === undefined && found)
    throw new ConfigurationInvalidError([
      { kind, name, field: "name", message: `A ${nouns[kind]} with this name already exists.` },
    ]);
}
