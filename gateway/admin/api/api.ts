import type { FastifyInstance, FastifyRequest } from "fastify";
import { AdminError } from "../errors.ts";
import type { SiteContext } from "../site-context.ts";
import { addAdministrators } from "./administrators.ts";
import { addConfiguration } from "./configuration.ts";
import { addEntries } from "./entries.ts";
import { addFleet } from "./fleet.ts";
import { addOperatorActions } from "./operator-actions.ts";
import { addSecrets } from "./secrets.ts";
import { findAmbiguity } from "./strict-json.ts";
import { addTokenEnds } from "./token-ends.ts";
import { addUsers } from "./users.ts";
import { addVersions } from "./versions.ts";

const parts = [
  addConfiguration,
  addEntries,
  addSecrets,
  addTokenEnds,
  addUsers,
  addOperatorActions,
  addVersions,
  addFleet,
  addAdministrators,
];

/** The JSON API and its description. */
export function addApi(app: FastifyInstance, context: SiteContext): void {
  app.get("/openapi.json", { schema: { hide: true } }, async () => app.swagger());
  app.register(async (api) => {
    api.addHook("onRequest", requireJson);
    readStrictly(api);
    for (const add of parts) add(api, context);
  });
}

/**
 * CSRF protection: forms cannot send JSON, and cross-origin scripts may not. A change must therefore be declared
 * as JSON.
 */
async function requireJson(request: FastifyRequest): Promise<void> {
  if (["GET", "HEAD", "DELETE"].includes(request.method)) return;
  const type = request.headers["content-type"] ?? "";
  if (!/^application\/json\s*(?:;|$)/i.test(type)) throw new AdminError("DMM_ADMIN_MEDIA_UNKNOWN");
}

/** Rejects a body that two parsers could read differently. */
function readStrictly(api: FastifyInstance): void {
  const parse = api.getDefaultJsonParser("error", "error");
  api.removeContentTypeParser("application/json");
  api.addContentTypeParser("application/json", { parseAs: "string" }, (request, body, done) => {
    const ambiguity = findAmbiguity(String(body));
    if (ambiguity === undefined) return parse(request, String(body), done);
    done(new AdminError("DMM_ADMIN_REQUEST_INVALID", { detail: ambiguity }));
  });
}
