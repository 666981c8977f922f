import { AccessLog } from "./access-log/access-log.ts";
import { createFirehoseDelivery } from "./access-log/firehose.ts";
import { storeVerifierSecret } from "./configuration/verifier-secret.ts";
import { ConfigurationWatch } from "./configuration/watch.ts";
import { migrate } from "./database/migrate.ts";
import { createDatabasePool, type Pool, untilReachable } from "./database/pool.ts";
import type { Logger } from "./logger.ts";
import { openSigningKeys, type SigningKeys } from "./oauth2/signing-keys.ts";
import { describeReason } from "./reason.ts";
import { Primaries } from "./redis/primaries.ts";
import type { GatewaySettings } from "./settings.ts";
import { Upstreams } from "./upstreams/upstreams.ts";

/** Everything that a gateway connects to. Each connects at its first use, or when it is started. */
export interface Stores {
  readonly writer: Pool;
  readonly reader: Pool;
  readonly primaries: Primaries;
  readonly upstreams: Upstreams;
  readonly configuration: ConfigurationWatch;
  readonly signingKeys: SigningKeys;
  readonly accessLog: AccessLog;
}

export function openStores(settings: GatewaySettings, logger: Logger): Stores {
  const { database, redis, deliveryStream, configurationPollMs: pollMs } = settings;
  const upstreams = new Upstreams(({ healthy, ...outcome }) =>
    logger.warn(outcome, healthy ? "upstream healthy" : "upstream unhealthy"),
  );
  const writer = createDatabasePool(database, database.host, logger);
  const reader = createDatabasePool(database, database.readerHost, logger);
  const deliver = deliveryStream === undefined ? undefined : createFirehoseDelivery(deliveryStream);
  return {
    writer,
    reader,
    primaries: new Primaries(redis, logger),
    upstreams,
    configuration: new ConfigurationWatch({ writer, reader, upstreams, logger, pollMs }),
    signingKeys: openSigningKeys(settings, writer, logger),
    accessLog: new AccessLog(deliver, logger),
  };
}

/** Migrates the schema and loads the newest configuration, however long the database is unavailable. */
export async function loadConfiguration(
  settings: GatewaySettings,
  { writer, configuration }: Stores,
  logger: Logger,
): Promise<void> {
  await untilReachable(
    async () => {
      await migrate(writer, settings.upstreamUrl, logger);
      await storeVerifierSecret(writer, settings);
    },
    (error) => logger.warn({ error: describeReason(error) }, "waiting for the database"),
  );
  await configuration.start();
}

/** Delivers the queued access log, and closes every connection. */
export async function closeStores(stores: Stores): Promise<void> {
  stores.signingKeys.close();
  stores.configuration.close();
  await stores.accessLog.flush();
  stores.primaries.close();
  stores.upstreams.close();
  await Promise.allSettled([stores.writer.end(), stores.reader.end()]);
}
