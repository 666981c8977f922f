import { Membership } from "./fleet/membership.ts";
import { deriveNotificationKey } from "./fleet/notification.ts";
import type { Lifecycle } from "./lifecycle.ts";
import type { Logger } from "./logger.ts";
import { SignOutWorker } from "./oauth2/sign-out-worker.ts";
import type { GatewaySettings } from "./settings.ts";
import { loadConfiguration, type Stores } from "./stores.ts";
import { readTaskAddress } from "./task.ts";
import type { Channel } from "./workers/channel.ts";
import { connectToParent } from "./workers/parent.ts";

/** What every step of the start needs. */
export interface Base {
  readonly settings: GatewaySettings;
  readonly logger: Logger;
  readonly lifecycle: Lifecycle;
}

/** Connects this gateway with the others and the admin site. */
export interface Fleet {
  readonly address: string;
  /** Absent in a gateway without workers. */
  readonly parent: Channel | undefined;
  readonly membership: Membership;
  readonly signOuts: SignOutWorker;
}

export async function openFleet({ settings, logger, lifecycle }: Base, stores: Stores): Promise<Fleet> {
  const { issuer, port, database } = settings;
  const address = await readTaskAddress(settings.host);
  const parent = connectToParent(lifecycle);
  const shared = {
    pool: stores.writer,
    logger,
    realm: issuer.host,
    key: deriveNotificationKey(database.password),
  };
  return {
    address,
    parent,
    membership: new Membership({
      ...shared,
      address,
      port,
      parent,
      readState: () => lifecycle.state,
      watch: stores.configuration,
    }),
    signOuts: new SignOutWorker({ ...stores, ...shared }),
  };
}

/** Resolves when this gateway has a configuration, and the fleet knows of it. */
export async function joinFleet(
  { settings, logger, lifecycle }: Base,
  stores: Stores,
  fleet: Fleet,
): Promise<void> {
  await lifecycle.waitFor("database", loadConfiguration(settings, stores, logger));
  fleet.membership.announce();
  fleet.signOuts.start();
}
