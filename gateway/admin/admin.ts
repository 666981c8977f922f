import type { IncomingMessage, ServerResponse } from "node:http";
import { recordCurrent } from "../configuration/change.ts";
import { storeVerifierSecret } from "../configuration/verifier-secret.ts";
import { migrate } from "../database/migrate.ts";
import { createDatabasePool, untilReachable } from "../database/pool.ts";
import { Broadcast } from "../fleet/broadcast.ts";
import { forgetGone } from "../fleet/members.ts";
import { deriveNotificationKey } from "../fleet/notification.ts";
import { serveHealth } from "../health.ts";
import { Lifecycle } from "../lifecycle.ts";
import { createListener, listen } from "../listener.ts";
import { createLogger } from "../logger.ts";
import { describeReason } from "../reason.ts";
import { parseAdminSettings } from "../settings.ts";
import { readTaskAddress } from "../task.ts";
import { isDevelopment } from "./identity.ts";
import type { Site } from "./site.ts";

/** Time limit for receiving a request, in milliseconds; the largest is a whole configuration. */
const requestMs = 30_000;

/** The role `admin`: listens immediately, and becomes ready once schema and site are. */
export async function runAdmin(): Promise<void> {
  const settings = parseAdminSettings(process.env);
  const logger = createLogger({ role: "admin", environment: settings.environment });
  const lifecycle = new Lifecycle(logger, settings);
  const pool = createDatabasePool(settings.database, settings.database.host, logger);
  let site: Site | undefined;
  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    if (serveHealth(request, response, () => ({ ...lifecycle.health, version: 0 }))) return;
    lifecycle.begin();
    response.once("close", () => lifecycle.end());
    if (lifecycle.state === "draining") response.shouldKeepAlive = false;
    if (site === undefined) response.writeHead(503, { "retry-after": "1" }).end();
    else site.serve(request, response);
  };
  const server = createListener(serve, { requestMs });
  lifecycle.listenForSignals(server);
  lifecycle.onClose(() => pool.end());
  await listen(server, { host: await readTaskAddress(settings.host), port: settings.port, shared: false });
  if (isDevelopment(settings))
    logger.warn(
      "DEVELOPMENT: no client certificate is required; every request acts as the editor `developer`",
    );
  const stored = untilReachable(
    async () => {
      await migrate(pool, settings.upstreamUrl, logger);
      await storeVerifierSecret(pool, settings);
      await recordCurrent(pool);
      await forgetGone(pool);
    },
    (error) => logger.warn({ error: describeReason(error) }, "waiting for the database"),
  );
  const broadcast = new Broadcast({ pool, logger, key: deriveNotificationKey(settings.database.password) });
  // Loaded while the database connects: it is the slower part of the start.
  const { createSite } = await import("./site.ts");
  site = await createSite({ settings, logger, pool, broadcast });
  await lifecycle.waitFor("database", stored);
  lifecycle.serve();
}
