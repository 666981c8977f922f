import type { Server } from "node:http";
import type { Socket } from "node:net";
import { serveHealth } from "./health.ts";
import { createListener, listen } from "./listener.ts";
import type { Logger } from "./logger.ts";
import { Metrics } from "./metrics/metrics.ts";
import { listenForScrapes } from "./metrics/scrapes.ts";
import { OAuth2Endpoints } from "./oauth2/own-endpoints.ts";
import type { Base, Fleet } from "./open-fleet.ts";
import { RateLimiter } from "./rate-limit/rate-limiter.ts";
import { RequestPath } from "./request/request-pipeline.ts";
import type { GatewaySettings } from "./settings.ts";
import { closeStores, type Stores } from "./stores.ts";
import { ProofNonces } from "./tokens/nonces.ts";
import { Tokens } from "./tokens/tokens.ts";
import { openTaskMetrics } from "./workers/worker-metrics.ts";
import { isWorker, readWorkerNumber, untilWorthListening } from "./workers/worker-variables.ts";

/** A port that is open, or will be once there is something to serve. */
export interface Listener {
  readonly nonces: ProofNonces;
  readonly oauth2: OAuth2Endpoints;
  readonly listening: Promise<void>;
  /** Says that requests can be served now. */
  readonly announceReady: () => void;
}

export async function openListener(base: Base, stores: Stores, fleet: Fleet): Promise<Listener> {
  const { settings, logger, lifecycle } = base;
  const readConfiguration = () => stores.configuration.current;
  const tracing = await openTracing(settings, logger);
  const nonces = new ProofNonces(settings.clientSecretKey, settings.dpopNonces);
  const rates = new RateLimiter(stores.primaries, logger);
  const metrics = new Metrics({
    ...stores,
    lifecycle,
    rates,
    readConfiguration,
    spans: tracing?.spans,
    worker: readWorkerNumber(),
    openTask: (collect) => fleet.parent && openTaskMetrics(fleet.parent, collect),
  });
  const readHealth = () => ({ ...lifecycle.health, version: readConfiguration().version });
  const oauth2 = new OAuth2Endpoints();
  const path = new RequestPath({
    internal: {
      notifications: fleet.membership,
      signOuts: fleet.signOuts,
      health: { respond: (request, response) => serveHealth(request, response, readHealth) },
      metrics,
    },
    tokens: new Tokens(stores.primaries, settings.issuer, nonces),
    realm: settings.issuer.host,
    accessLog: stores.accessLog,
    lifecycle,
    logger,
    rates,
    metrics,
    tracing,
    oauth2,
    readConfiguration,
  });
  const server = createListener((request, response) => path.admit(request, response), {
    continues: (request, response) => path.admit(request, response),
  });
  server.on("upgrade", (request, socket, head) => path.admitUpgrade(request, socket as Socket, head));
  lifecycle.countConnections(server);
  lifecycle.onClose(
    () => fleet.signOuts.close(),
    () => fleet.membership.leave(),
    () => tracing?.close(),
    () => closeStores(stores),
    () => metrics.leave(),
  );
  lifecycle.listenForSignals(server);
  const ready = Promise.withResolvers<void>();
  const listening = openPort(base, server, { address: fleet.address, ready: ready.promise });
  if (!isWorker()) {
    await listening;
    await listenForScrapes({ host: fleet.address, port: settings.metricsPort }, () => metrics.read());
  }
  return { nonces, oauth2, listening, announceReady: ready.resolve };
}

async function openPort(
  { settings }: Base,
  server: Server,
  { address, ready }: { readonly address: string; readonly ready: Promise<void> },
): Promise<void> {
  await untilWorthListening(ready);
  await listen(server, { host: address, port: settings.port, shared: settings.workers > 1 });
}

/** OpenTelemetry is loaded only where requests are traced. */
async function openTracing({ tracing, environment }: GatewaySettings, logger: Logger) {
  if (tracing === undefined) return undefined;
  const { Tracing } = await import("./tracing/tracing.ts");
  return new Tracing(tracing, environment, logger);
}
