import type { IncomingMessage, ServerResponse } from "node:http";
import swagger from "@fastify/swagger";
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from "fastify";
import { addApi } from "./api/api.ts";
import { describeApi } from "./api/description.ts";
import { sendProblem } from "./api/problem.ts";
import { addAssets } from "./assets.ts";
import { type Administrator, identify } from "./authenticate-administrator.ts";
import { Changes } from "./changes.ts";
import { AdminError } from "./errors.ts";
import { explainError } from "./explain.ts";
import { checkOrigin, ForgeryGuard } from "./forgery.ts";
import { KnownPaths } from "./known-paths.ts";
import { OperatorActions } from "./operator-actions.ts";
import { renderErrorPage } from "./pages/error-page.ts";
import { addPages } from "./pages/pages.ts";
import { securityHeaders, strictTransport } from "./security-headers.ts";
import { SignOuts } from "./sign-outs.ts";
import type { SiteContext } from "./site-context.ts";
import type { SiteParts } from "./site-parts.ts";
import { Users } from "./users.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** The authenticated administrator; set for everything but assets. */
    administrator: Administrator;
  }
}

/** The admin site, ready to serve requests. */
export interface Site {
  serve(request: IncomingMessage, response: ServerResponse): void;
}

/** The largest body is a whole configuration. */
const longestBody = 4 * 1024 * 1024;

export async function createSite(parts: SiteParts): Promise<Site> {
  const { settings } = parts;
  const signOuts = new SignOuts(parts);
  const context: SiteContext = {
    ...parts,
    changes: new Changes(parts),
    users: new Users(parts, signOuts),
    operatorActions: new OperatorActions(parts, signOuts),
    guard: new ForgeryGuard({ secret: settings.database.password, tls: settings.clientCertificatesVerified }),
  };
  const app = fastify({
    logger: false,
    bodyLimit: longestBody,
    routerOptions: { maxParamLength: 300 },
    // A URL that cannot be parsed or is too long.
    frameworkErrors: (_error, request, reply) => {
      reply.headers(securityHeaders);
      sendError(context, new AdminError("DMM_ADMIN_RESOURCE_UNKNOWN"), request, reply);
    },
    ajv: {
      customOptions: {
        allErrors: true,
        allowUnionTypes: true,
        coerceTypes: false,
        removeAdditional: false,
        useDefaults: true,
      },
    },
  });
  // Response objects are typed already; compiling a serializer for each would only cost time.
  app.setSerializerCompiler(() => (response) => JSON.stringify(response));
  await app.register(swagger, { openapi: describeApi() });
  app.decorateRequest("administrator");
  app.addHook("onRequest", async (_request, reply) => {
    reply.headers(securityHeaders);
    if (settings.clientCertificatesVerified) reply.header("strict-transport-security", strictTransport);
  });
  app.setErrorHandler((error: Error, request, reply) => sendError(context, error, request, reply));
  const paths = new KnownPaths();
  paths.listenTo(app);
  app.addHook("onRequest", async (request, reply) => {
    // Before the body is read, whatever it contains.
    if (!request.is404) return;
    // The links are for administrators only; the 404 itself is for everyone.
    const known = await identify(request.raw, settings, parts.pool).catch(() => undefined);
    if (known !== undefined) request.administrator = known;
    const methods = paths.findMethods(request.url);
    if (methods.length === 0) throw new AdminError("DMM_ADMIN_RESOURCE_UNKNOWN");
    reply.header("allow", methods.join(", "));
    throw new AdminError("DMM_ADMIN_METHOD_UNKNOWN");
  });
  addAssets(app);
  await app.register(async (guarded) => {
    addGuards(guarded, context);
    addApi(guarded, context);
    await addPages(guarded, context);
  });
  await app.ready();
  return { serve: (request, response) => app.routing(request, response) };
}

/** Requires a known administrator, a same-site request, and an editor for changes. */
function addGuards(app: FastifyInstance, { settings, pool }: SiteContext): void {
  app.addHook("onRequest", async (request) => {
    request.administrator = await identify(request.raw, settings, pool);
    if (request.method === "GET" || request.method === "HEAD") return;
    checkOrigin(request);
    if (request.administrator.role !== "editor") throw new AdminError("DMM_ADMIN_ROLE_INSUFFICIENT");
  });
}

function sendError(
  context: SiteContext,
  error: Error,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const explained = explainError(error);
  if (explained.status >= 500)
    context.logger.error({ err: explained.cause ?? error, url: request.url }, "admin request failed");
  if (explained.status === 503) reply.header("retry-after", "2");
  if (request.url.startsWith("/api/")) return sendProblem(reply, explained);
  return reply
    .status(explained.status)
    .type("text/html; charset=utf-8")
    .send(
      renderErrorPage(explained, {
        administrator: request.administrator,
        // A refused client learns nothing about the environment.
        ...(request.administrator !== undefined && { environment: context.settings.environment }),
      }).text,
    );
}
