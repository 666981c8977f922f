import type { IncomingMessage, ServerResponse } from "node:http";
import { readConfiguration } from "../database/configuration.ts";
import { migrate } from "../database/migrate.ts";
import { createDatabasePool, type Pool, untilReachable } from "../database/pool.ts";
import { storeVerifierSecret } from "../database/verifier.ts";
import { answerHealth } from "../health.ts";
import { Lifecycle } from "../lifecycle.ts";
import { createListener, listen } from "../listener.ts";
import { createLogger } from "../logger.ts";
import { type AdminSettings, parseAdminSettings } from "../settings.ts";
import { readTaskAddress } from "../task.ts";
import { readAdministrator } from "./administrator.ts";

/** The role `admin`: what is configured, for people who showed a client certificate to the balancer. */
export async function runAdmin(): Promise<void> {
  const settings = parseAdminSettings(process.env);
  const logger = createLogger({ role: "admin", environment: settings.environment });
  const lifecycle = new Lifecycle(logger, settings);
  const pool = createDatabasePool(settings.database, settings.database.host);
  const server = createListener((request, response) => {
    if (answerHealth(request, response, () => ({ state: lifecycle.state, version: 0 }))) return;
    lifecycle.begin();
    response.once("close", () => lifecycle.end());
    answer(request, response, pool, settings).catch((error: Error) => {
      logger.error({ error: error.message }, "admin request failed");
      answerJson(response, 503, { title: "The configuration cannot be read at the moment." });
    });
  });
  lifecycle.listenForSignals(server);
  lifecycle.onRelease(() => pool.end());
  await listen(server, { host: await readTaskAddress(settings.host), port: settings.port, shared: false });
  await untilReachable(
    async () => {
      await migrate(pool, settings.upstreamUrl, logger);
      await storeVerifierSecret(pool, settings);
    },
    (error) => logger.warn({ error: error.message }, "waiting for the database"),
  );
  lifecycle.serve();
}

/** What can be read, by path. Secrets are not part of any of it. */
const resources: Readonly<Record<string, (pool: Pool) => Promise<unknown>>> = {
  "/api/routes": async (pool) => {
    const { version, routes } = await readConfiguration(pool);
    return { version, routes: routes.map((route) => ({ ...route, upstream: route.upstream.name })) };
  },
  "/api/upstreams": async (pool) => {
    const { version, routes } = await readConfiguration(pool);
    const upstreams = new Map(routes.map(({ upstream }) => [upstream.name, upstream]));
    return { version, upstreams: [...upstreams.values()] };
  },
  "/api/clients": async (pool) => {
    const { version, clients } = await readConfiguration(pool);
    return {
      version,
      clients: clients.map(({ id, scopes, grantTypes }) => ({ id, scopes, grantTypes })),
    };
  },
};

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  pool: Pool,
  settings: AdminSettings,
): Promise<void> {
  request.resume();
  const administrator = readAdministrator(request, settings);
  if (administrator === undefined)
    return answerJson(response, 403, { title: "A client certificate that the balancer verified is needed." });
  const resource = resources[(request.url ?? "/").split("?")[0]!];
  if (resource === undefined) return answerJson(response, 404, { title: "There is no such resource." });
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.setHeader("allow", "GET, HEAD");
    return answerJson(response, 405, { title: "The resource does not have this method." });
  }
  answerJson(response, 200, await resource(pool));
}

function answerJson(response: ServerResponse, status: number, content: unknown): void {
  const body = JSON.stringify(content);
  response.writeHead(status, {
    "content-type": "application/json",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "content-length": Buffer.byteLength(body),
  });
  response.end(response.req.method === "HEAD" ? undefined : body);
}
