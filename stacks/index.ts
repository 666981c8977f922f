import { readPlace } from "./account-and-region.ts";
import { Alarms } from "./alarms/alarms.ts";
import { Cache } from "./cache.ts";
import { Compute } from "./compute/compute.ts";
import { Database } from "./database/database.ts";
import type { Deployment } from "./deployment.ts";
import { type DeclaredOutputs, describePlatform } from "./describe-outputs.ts";
import { Ingress } from "./ingress/ingress.ts";
import { Logs } from "./logs/logs.ts";
import { Network } from "./network/network.ts";
import { createNames } from "./resource-names.ts";
import { Secrets } from "./secrets.ts";
import { resolveImage } from "./services/image.ts";
import { Services } from "./services/services.ts";
import { readStackConfig } from "./stack-config.ts";
import { Upstream } from "./upstream.ts";

/**
 * The whole platform, under the name in the stack's configuration. It depends neither on the target nor on its
 * caller: the same function is the inline program of the command line and the `main` of `Pulumi.yaml`.
 *
 * @throws {ConfigError} before the first resource, with all problems of the configuration.
 */
export async function program(): Promise<DeclaredOutputs> {
  const deployment = await readDeployment();
  const network = new Network(deployment);
  const secrets = new Secrets(deployment);
  const logs = new Logs(deployment, secrets.key);
  const database = new Database(deployment, { network, secrets });
  const cache = new Cache(deployment, { network, secrets });
  const ingress = new Ingress(deployment, { network, logs });
  const upstream = new Upstream(deployment, network);
  const compute = new Compute(deployment, network);
  const context = { network, compute, key: secrets.key };
  const services = new Services(deployment, { context, ingress, upstream, database, cache, secrets, logs });
  new Alarms(deployment, { ingress, database, cache, logs });
  return describePlatform(deployment, {
    network,
    ingress,
    compute,
    services,
    database,
    cache,
    logs,
    secrets,
  });
}

async function readDeployment(): Promise<Deployment> {
  const config = readStackConfig();
  const place = await readPlace(config.zones);
  const image = await resolveImage(config.image, place);
  return { config, place, image, names: createNames(config, place) };
}
