import formbody from "@fastify/formbody";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { AdminError } from "../errors.ts";
import type { SiteContext } from "../site-context.ts";
import { addAdministratorPages } from "./administrator-pages.ts";
import { clientForm } from "./client-form.ts";
import { addEntryPages } from "./entry-pages.ts";
import { addFleetPages } from "./fleet-pages.ts";
import { addHistoryPages } from "./history-pages.ts";
import { addRemovalPages } from "./removal-pages.ts";
import { routeForm } from "./route-form.ts";
import { scopeForm } from "./scope-form.ts";
import { addSecretPages } from "./secret-pages.ts";
import { addSignInPages } from "./sign-in-pages.ts";
import { addTokenEndPages } from "./token-end-pages.ts";
import { upstreamForm } from "./upstream-form.ts";
import { addUserPages } from "./user-pages.ts";

/** Forms have few fields; the longest are lists of scopes and addresses. */
const longestForm = 256 * 1024;

/** The HTML pages. They accept form submissions only. */
export async function addPages(app: FastifyInstance, context: SiteContext): Promise<void> {
  await app.register(async (pages) => {
    pages.removeAllContentTypeParsers();
    await pages.register(formbody, { bodyLimit: longestForm });
    pages.addHook("onRequest", requireForm);
    addAll(pages, context);
  });
}

async function requireForm({ method, headers }: FastifyRequest): Promise<void> {
  if (method === "GET" || method === "HEAD") return;
  const type = headers["content-type"] ?? "";
  if (!/^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(type))
    throw new AdminError("DMM_ADMIN_MEDIA_UNKNOWN");
}

function addAll(app: FastifyInstance, context: SiteContext): void {
  app.get("/", { schema: { hide: true } }, async (_request, reply) => reply.redirect("/routes", 302));
  addEntryPages(app, routeForm, context);
  addEntryPages(app, upstreamForm, context);
  addEntryPages(app, scopeForm, context);
  addEntryPages(app, clientForm, context);
  addRemovalPages(app, context);
  addSecretPages(app, context);
  addTokenEndPages(app, context);
  addUserPages(app, context);
  addSignInPages(app, context);
  addFleetPages(app, context);
  addHistoryPages(app, context);
  addAdministratorPages(app, context);
}
