import { Lifecycle } from "./lifecycle.ts";
import { createLogger } from "./logger.ts";
import { createOAuth2Server } from "./oauth2/server.ts";
import { type Base, joinFleet, openFleet } from "./open-fleet.ts";
import { type Listener, openListener } from "./open-listener.ts";
import { parseGatewaySettings } from "./settings.ts";
import { openStores, type Stores } from "./stores.ts";

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
