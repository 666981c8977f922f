import type { Server } from "node:http";
import type { Socket } from "node:net";
import { Membership } from "./fleet/membership.ts";
import { deriveNotificationKey } from "./fleet/notification.ts";
import { serveHealth } from "./health.ts";
import { Lifecycle } from "./lifecycle.ts";
import { RateLimiter } from "./limits/rate.ts";
import { createListener, listen } from "./listener.ts";
import { createLogger, type Logger } from "./logger.ts";
import { Metrics } from "./metrics/metrics.ts";
import { listenForScrapes } from "./metrics/scrapes.ts";
import { OAuth2Endpoints } from "./oauth2/own-endpoints.ts";
import { createOAuth2Server } from "./oauth2/server.ts";
import { SignOutWorker } from "./oauth2/sign-out-worker.ts";
import { RequestPath } from "./request/request-path.ts";
import { type GatewaySettings, parseGatewaySettings } from "./settings.ts";
import { closeStores, loadConfiguration, openStores, type Stores } from "./stores.ts";
import { readTaskAddress } from "./task.ts";
import { ProofNonces } from "./tokens/nonces.ts";
import { Tokens } from "./tokens/tokens.ts";
import type { Channel } from "./workers/channel.ts";
import { isWorker, readWorkerNumber, untilWorthListening } from "./workers/identity.ts";
import { connectToParent } from "./workers/parent.ts";
import { openTaskMetrics } from "./workers/worker-metrics.ts";

/**
 * The role `gateway`: listens immediately, and becomes ready once schema, configuration, tokens and OAuth2 server
 * are.
 */
export async function runGateway(): Promise<void> {
  const settings = parseGatewaySettings(process.env);
  const logger = createLogger({ role: "gateway", environment: settings.environment });
  const base: Base = { settings, logger, lifecycle: new Lifecycle(logger, settings) };
  const stores = openStores(settings, logger);
  const fleet = await openFleet(base, stores);
  const listener = await openListener(base, stores, fleet);
  const joined = joinFleet(base, stores, fleet);
  await serve(base, stores, { listener, joined });
}

interface Base {
  readonly settings: GatewaySettings;
  readonly logger: Logger;
  readonly lifecycle: Lifecycle;
}

/** Connects this gateway with the others and the admin site. */
interface Fleet {
  readonly address: string;
  /** Absent in a gateway without workers. */
  readonly parent: Channel | undefined;
  readonly membership: Membership;
  readonly signOuts: SignOutWorker;
}

async function openFleet({ settings, logger, lifecycle }: Base, stores: Stores): Promise<Fleet> {
  const { issuer, port, database } = settings;
  const address = await readTaskAddress(settings.host);
  const parent = connectToParent();
  const shared = {
    ...{ pool: stores.writer, logger, realm: issuer.host },
    key: deriveNotificationKey(database.password),
  };
  return {
    address,
    parent,
    membership: new Membership({
      ...{ ...shared, address, port, parent },
      readState: () => lifecycle.state,
      watch: stores.configuration,
    }),
    signOuts: new SignOutWorker({ ...stores, ...shared }),
  };
}

/** A port that is open, or will be once there is something to serve. */
interface Listener {
  readonly nonces: ProofNonces;
  readonly oauth2: OAuth2Endpoints;
  readonly listening: Promise<void>;
  /** Says that requests can be served now. */
  readonly announceReady: () => void;
}

async function openListener(base: Base, stores: Stores, fleet: Fleet): Promise<Listener> {
  const { settings, logger, lifecycle } = base;
  const readConfiguration = () => stores.configuration.current;
  const tracing = await openTracing(settings, logger);
  const nonces = new ProofNonces(settings.clientSecretKey, settings.dpopNonces);
  const rates = new RateLimiter(stores.primaries, logger);
  const metrics = new Metrics({
    ...{ ...stores, lifecycle, rates, readConfiguration },
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
    ...{ lifecycle, logger, rates, metrics, tracing, oauth2, readConfiguration },
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

/** Resolves when this gateway has a configuration, and the fleet knows of it. */
async function joinFleet({ settings, logger, lifecycle }: Base, stores: Stores, fleet: Fleet): Promise<void> {
  await lifecycle.waitFor("database", loadConfiguration(settings, stores, logger));
  fleet.membership.announce();
  fleet.signOuts.start();
}

async function serve(
  { settings, logger, lifecycle }: Base,
  stores: Stores,
  { listener, joined }: { readonly listener: Listener; readonly joined: Promise<void> },
): Promise<void> {
  const reached = lifecycle.waitFor("cache", stores.primaries.start());
  const server = await createOAuth2Server({
    issuer: settings.issuer,
    primaries: stores.primaries,
    logger,
    clientSecretKey: settings.clientSecretKey,
    login: settings.login,
    database: stores.writer,
    signingKeys: stores.signingKeys,
    migrated: joined,
    readConfiguration: () => stores.configuration.current,
    nonces: listener.nonces,
    work: lifecycle,
    waitFor: (what, coming) => lifecycle.waitFor(what, coming),
  });
  listener.oauth2.open(server);
  await Promise.all([joined, reached]);
  listener.announceReady();
  await listener.listening;
  lifecycle.serve();
}
