import type { FastifyInstance, FastifyReply } from "fastify";
import {
  type ConfigurationDocument,
  findEntry,
  type Kind,
  kinds,
  nouns,
  removeEntry,
} from "../../configuration/document.ts";
import { ConfigurationInvalidError, UnknownError, VersionStaleError } from "../../configuration/errors.ts";
import { type Content, html } from "../../page/html.ts";
import type { SiteContext } from "../site-context.ts";
import { renderQuestion } from "./edit-page.ts";
import { renderConflict, renderProblems } from "./notices.ts";
import { PageRequest } from "./page-context.ts";

/** Removing asks first, and says who would miss it. */
export function addRemovalPages(app: FastifyInstance, context: SiteContext): void {
  const schema = { hide: true };
  for (const kind of kinds) {
    app.get(`/${kind}/:name/remove`, { schema }, async (request, reply) => {
      const page = new PageRequest(context, request, reply);
      const { version } = await page.readCurrent();
      return sendQuestion(page, kind, { basedOn: version });
    });
    app.post(`/${kind}/:name/remove`, { schema }, (request, reply) =>
      remove(new PageRequest(context, request, reply), kind),
    );
  }
}

async function remove(page: PageRequest, kind: Kind): Promise<FastifyReply> {
  const basedOn = page.readBasis();
  const name = page.parameter("name");
  try {
    const made = await page.site.changes.make(page.request.administrator, {
      basedOn,
      edit: (document) => {
        if (findEntry(document, kind, name) === undefined) throw new UnknownError(`${nouns[kind]} ${name}`);
        return removeEntry(document, kind, name);
      },
    });
    return page.leave(`/${kind}?stored=${made.version}`);
  } catch (error) {
    if (error instanceof ConfigurationInvalidError) {
      const notice = renderProblems(error.problems, { kind, name });
      return sendQuestion(page, kind, { basedOn, notice, status: 422 });
    }
    if (error instanceof VersionStaleError) {
      const { conflict } = error;
      return sendQuestion(page, kind, {
        basedOn: conflict.current,
        notice: renderConflict(conflict),
        status: 409,
      });
    }
    throw error;
  }
}

async function sendQuestion(
  page: PageRequest,
  kind: Kind,
  asking: { readonly basedOn: number; readonly notice?: Content; readonly status?: number },
): Promise<FastifyReply> {
  const name = page.parameter("name");
  const { document } = await page.readCurrent();
  if (findEntry(document, kind, name) === undefined) throw new UnknownError(`${nouns[kind]} ${name}`);
  const path = `/${kind}/${encodeURIComponent(name)}`;
  const users = findUsers(kind, name, document);
  const content = renderQuestion({
    back: { path, title: name },
    title: `Remove ${nouns[kind]} ${name}?`,
    text: renderConsequence(kind, users),
    impossible: users.length > 0,
    action: `${path}/remove`,
    button: "Remove",
    canEdit: page.canEdit,
    token: page.issueToken(),
    ...asking,
  });
  return page.send(
    {
      title: `Remove ${name}`,
      section: kind,
      ...(asking.status === undefined ? {} : { status: asking.status }),
    },
    content,
  );
}

function renderConsequence(kind: Kind, users: ReturnType<typeof findUsers>): Content {
  if (users.length > 0)
    return html`<p>It cannot be removed because it is still used by:</p><ul>${users.map(
      (user) =>
        html`<li>${nouns[user.kind]} <a href="/${user.kind}/${encodeURIComponent(user.name)}">${user.name}</a></li>`,
    )}</ul>`;
  const effects: Readonly<Record<Kind, string>> = {
    routes: "Its requests will get 404 or match a less specific route.",
    upstreams: "No route uses it.",
    scopes: "No route requires it and no client has it.",
    clients: "Its tokens are revoked and its secret is deleted.",
  };
  return html`<p>${effects[kind]} It stays in the history.</p>`;
}

function findUsers(
  kind: Kind,
  name: string,
  { routes, clients }: ConfigurationDocument,
): readonly { readonly kind: Kind; readonly name: string }[] {
  const used = routes
    .filter((route) =>
      kind === "upstreams" ? route.upstream === name : kind === "scopes" && route.scopes.includes(name),
    )
    .map((route) => ({ kind: "routes" as const, name: route.name }));
  const held = clients
    .filter(({ scopes }) => kind === "scopes" && scopes.includes(name))
    .map((client) => ({ kind: "clients" as const, name: client.name }));
  return [...used, ...held];
}
