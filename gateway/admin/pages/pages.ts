import type { FastifyInstance } from "fastify";
import type { SiteContext } from "../site.ts";
import { addAdministratorPages } from "./administrator-pages.ts";
import { clientForm } from "./client-form.ts";
import { addEntryPages } from "./entry-pages.ts";
import { addFleetPages } from "./fleet-pages.ts";
import { addHistoryPages } from "./history-pages.ts";
import { addRemovalPages } from "./removal-pages.ts";
import { routeForm } from "./route-form.ts";
import { scopeForm } from "./scope-form.ts";
import { addSecretPages } from "./secret-pages.ts";
import { upstreamForm } from "./upstream-form.ts";
import { addUserPages } from "./user-pages.ts";

/** The pages for people. */
export function addPages(app: FastifyInstance, context: SiteContext): void {
  app.get("/", { schema: { hide: true } }, async (_request, reply) => reply.redirect("/routes", 302));
  addEntryPages(app, routeForm, context);
  addEntryPages(app, upstreamForm, context);
  addEntryPages(app, scopeForm, context);
  addEntryPages(app, clientForm, context);
  addRemovalPages(app, context);
  addSecretPages(app, context);
  addUserPages(app, context);
  addFleetPages(app, context);
  addHistoryPages(app, context);
  addAdministratorPages(app, context);
}
