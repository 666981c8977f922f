import type { IncomingMessage, ServerResponse } from "node:http";
import { recordCurrent } from "../configuration/apply-change.ts";
import { storeVerifierSecret } from "../configuration/verifier-secret.ts";
import { ensureAccount } from "../database/account.ts";
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
import { isDevelopment } from "./authenticate-administrator.ts";
import type { Site } from "./site.ts";

/** Time limit for receiving a request, in milliseconds; the largest is a whole configuration. */
const requestMs = 30_000;

/** The role `admin`: listens immediately, and becomes ready once schema and site are. */
export async function runAdmin(): Promise<void> {
  const settings = parseAdminSettings(process.env);
  const logger = createLogger({ role: "admin", environment: settings.environment });
  const lifecycle = new Lifecycle(logger, settings);
  const pool = createDatabasePool(settings.database, settings.database.host, logger);
  const entry = new SiteEntry(lifecycle);
  const server = createListener((request, response) => entry.serve(request, response), { requestMs });
  lifecycle.listenForSignals(server);
  lifecycle.onClose(() => pool.end());
  await listen(server, { host: await readTaskAddress(settings.host), port: settings.port, shared: false });
  if (isDevelopment(settings))
    logger.warn(
      "DEVELOPMENT: no client certificate is required; every request acts as the editor `developer`",
    );
  const stored = untilReachable(
    async () => {
      await ensureAccount(settings.database);
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
  entry.open(await createSite({ settings, logger, pool, broadcast }));
  await lifecycle.waitFor("database", stored);
  lifecycle.serve();
}

/** The site as clients reach it, also while it is being loaded: the listener is open by then. */
class SiteEntry {
  readonly #lifecycle: Lifecycle;
  #site: Site | undefined;

  constructor(lifecycle: Lifecycle) {
    this.#lifecycle = lifecycle;
  }

  /** From now on the site responds. */
  open(site: Site): void {
    this.#site = site;
  }

  serve(request: IncomingMessage, response: ServerResponse): void {
    const lifecycle = this.#lifecycle;
    if (serveHealth(request, response, () => ({ ...lifecycle.health, version: 0 }))) return;
    lifecycle.begin();
    response.once("close", () => lifecycle.end());
    if (lifecycle.state === "draining") response.shouldKeepAlive = false;
    if (this.#site === undefined) response.writeHead(503, { "retry-after": "1" }).end();
    else this.#site.serve(request, response);
  }
}
