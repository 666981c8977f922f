import type { Socket } from "node:net";
import { storeVerifierSecret } from "./configuration/verifier-secret.ts";
import { ConfigurationWatch } from "./configuration/watch.ts";
import { migrate } from "./database/migrate.ts";
import { createDatabasePool, untilReachable } from "./database/pool.ts";
import { AccessLog } from "./delivery/access-log.ts";
import { createFirehoseDelivery } from "./delivery/firehose.ts";
import { Membership } from "./fleet/membership.ts";
import { deriveNotificationKey } from "./fleet/notification.ts";
import { Lifecycle } from "./lifecycle.ts";
import { RateLimiter } from "./limits/rate.ts";
import { createListener, listen } from "./listener.ts";
import { createLogger } from "./logger.ts";
import { Metrics } from "./metrics/metrics.ts";
import { listenForScrapes } from "./metrics/scrapes.ts";
import { createOAuth2Server } from "./oauth2/server.ts";
import { SignOutWorker } from "./oauth2/sign-out-worker.ts";
import { openSigningKeys, type SigningKeys } from "./oauth2/signing-keys.ts";
import { describeReason } from "./reason.ts";
import { Primaries } from "./redis/primaries.ts";
import { Ingress, type OwnEndpoints } from "./request/request-path.ts";
import { type GatewaySettings, parseGatewaySettings } from "./settings.ts";
import { isWorker, untilWorthListening } from "./siblings.ts";
import { readTaskAddress } from "./task.ts";
import { ProofNonces } from "./tokens/nonces.ts";
import { Tokens } from "./tokens/tokens.ts";
import { Upstreams } from "./upstreams/upstreams.ts";

/**
 * The role `gateway`: listens immediately, and becomes ready once schema, configuration, tokens and OAuth2 server
 * are.
 */
export async function runGateway(): Promise<void> {
  const settings = parseGatewaySettings(process.env);
  const logger = createLogger({ role: "gateway", environment: settings.environment });
  const lifecycle = new Lifecycle(logger, settings);
  const stores = openStores(settings, logger);
  const tracing = await openTracing(settings, logger);
  const nonces = new ProofNonces(settings.clientSecretKey, settings.dpopNonces);
  const rates = new RateLimiter(stores.primaries, logger);
  const metrics = new Metrics({
    lifecycle,
    ...stores,
    rates,
    spans: tracing?.spans,
    readConfiguration: () => stores.configuration.current,
  });
  let oauth2: OwnEndpoints | undefined;
  const ingress = new Ingress({
    lifecycle,
    logger,
    tokens: new Tokens(stores.primaries, settings.issuer, nonces),
    rates,
    accessLog: stores.accessLog,
    metrics,
    tracing,
    realm: settings.issuer.host,
    readConfiguration: () => stores.configuration.current,
    readOwnEndpoints: () => oauth2,
  });
  let membership: Membership | undefined;
  const signingKeys = openSigningKeys(settings, stores.writer, logger);
  lifecycle.onRelease(() => signingKeys.close());
  const signOuts = openSignOutWorker(settings, { ...stores, signingKeys }, logger);
  const server = createListener(
    (request, response) => {
      if (membership?.respond(request, response) || signOuts.respond(request, response)) return;
      ingress.admit(request, response);
    },
    { continues: (request, response) => ingress.admit(request, response) },
  );
  server.on("upgrade", (request, socket, head) => ingress.admitUpgrade(request, socket as Socket, head));
  lifecycle.countConnections(server);
  lifecycle.listenForSignals(server);
  lifecycle.onRelease(() => closeStores(stores));
  lifecycle.onRelease(() => tracing?.close());
  const host = await readTaskAddress(settings.host);
  const ready = Promise.withResolvers<void>();
  const listening = untilWorthListening(ready.promise).then(() =>
    listen(server, { host, port: settings.port, shared: settings.workers > 1 }),
  );
  if (!isWorker()) {
    await listening;
    await listenForScrapes({ host, port: settings.metricsPort }, () => metrics.read());
  }
  const member = new Membership({
    pool: stores.writer,
    logger,
    address: host,
    port: settings.port,
    realm: settings.issuer.host,
    databasePassword: settings.database.password,
    readState: () => lifecycle.state,
    watch: stores.configuration,
  });
  membership = member;
  lifecycle.onRelease(() => member.leave());
  const stored = lifecycle.waitFor("database", loadConfiguration(settings, stores, logger));
  const reached = lifecycle.waitFor("cache", stores.primaries.start());
  const configured = stored.then(() => {
    member.announce();
    signOuts.start();
  });
  lifecycle.onRelease(() => signOuts.close());
  oauth2 = await createOAuth2Server({
    issuer: settings.issuer,
    primaries: stores.primaries,
    logger,
    clientSecretKey: settings.clientSecretKey,
    login: settings.login,
    database: stores.writer,
    signingKeys,
    migrated: configured,
    readConfiguration: () => stores.configuration.current,
    nonces,
    work: lifecycle,
    waitFor: (what, coming) => lifecycle.waitFor(what, coming),
  });
  await Promise.all([configured, reached]);
  ready.resolve();
  await listening;
  lifecycle.serve();
}

/** Tracing is loaded only when enabled. */
async function openTracing(settings: GatewaySettings, logger: ReturnType<typeof createLogger>) {
  if (settings.tracing === undefined) return undefined;
  const { Tracing } = await import("./tracing/tracing.ts");
  return new Tracing(settings.tracing, settings.environment, logger);
}

type Stores = ReturnType<typeof openStores>;

function openStores(settings: GatewaySettings, logger: ReturnType<typeof createLogger>) {
  const upstreams = new Upstreams(({ healthy, ...outcome }) =>
    logger.warn(outcome, healthy ? "upstream healthy" : "upstream unhealthy"),
  );
  const writer = createDatabasePool(settings.database, settings.database.host, logger);
  const reader = createDatabasePool(settings.database, settings.database.readerHost, logger);
  return {
    upstreams,
    writer,
    reader,
    primaries: new Primaries(settings.redis, logger),
    accessLog: new AccessLog(
      settings.deliveryStream === undefined ? undefined : createFirehoseDelivery(settings.deliveryStream),
      logger,
    ),
    configuration: new ConfigurationWatch({
      writer,
      reader,
      upstreams,
      logger,
      pollMs: settings.configurationPollMs,
    }),
  };
}

function openSignOutWorker(
  settings: GatewaySettings,
  { writer, primaries, signingKeys }: Stores & { readonly signingKeys: SigningKeys },
  logger: ReturnType<typeof createLogger>,
): SignOutWorker {
  const key = deriveNotificationKey(settings.database.password);
  const realm = settings.issuer.host;
  return new SignOutWorker({ pool: writer, primaries, signingKeys, logger, key, realm });
}

async function loadConfiguration(
  settings: GatewaySettings,
  stores: Stores,
  logger: ReturnType<typeof createLogger>,
): Promise<void> {
  await untilReachable(
    async () => {
      await migrate(stores.writer, settings.upstreamUrl, logger);
      await storeVerifierSecret(stores.writer, settings);
    },
    (error) => logger.warn({ error: describeReason(error) }, "waiting for the database"),
  );
  await stores.configuration.start();
}

async function closeStores(stores: Stores): Promise<void> {
  stores.configuration.close();
  await stores.accessLog.flush();
  stores.primaries.close();
  stores.upstreams.close();
  await Promise.allSettled([stores.writer.end(), stores.reader.end()]);
}
