import type { FastifyInstance } from "fastify";
import { ConfigurationInvalidError, NotFoundError } from "../../configuration/change-errors.ts";
import {
  type ConfigurationDocument,
  findEntry,
  type Kind,
  kinds,
  nouns,
  removeEntry,
} from "../../configuration/document.ts";
import { type Content, html } from "../../page/html.ts";
import type { SiteContext } from "../site-context.ts";
import { renderProblems } from "./notices.ts";
import { addQuestionPages, type QuestionPages } from "./question-pages.ts";

/** Removes an entry after confirmation, and lists what depends on it. */
export function addRemovalPages(app: FastifyInstance, context: SiteContext): void {
  for (const kind of kinds) addQuestionPages(app, context, describeRemoval(context, kind));
}

function describeRemoval({ changes }: SiteContext, kind: Kind): QuestionPages {
  const require = (document: ConfigurationDocument, name: string): void => {
    if (findEntry(document, kind, name) === undefined) throw new NotFoundError(`${nouns[kind]} ${name}`);
  };
  return {
    kind,
    below: "remove",
    require,
    ask: (name, _path, document) => {
      const users = findUsers(kind, name, document);
      return {
        tab: `Remove ${name}`,
        title: `Remove ${nouns[kind]} ${name}?`,
        text: renderConsequence(kind, users),
        impossible: users.length > 0,
        button: "Remove",
      };
    },
    change: async (page, name, basedOn) => {
      const made = await changes.make(page.request.administrator, {
        basedOn,
        edit: (document) => {
          require(document, name);
          return removeEntry(document, kind, name);
        },
      });
      return page.leave(`/${kind}?stored=${made.version}`);
    },
    explain: (error, name) =>
      error instanceof ConfigurationInvalidError ? renderProblems(error.problems, { kind, name }) : undefined,
  };
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
