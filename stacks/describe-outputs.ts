import type * as pulumi from "@pulumi/pulumi";
import type { Cache } from "./cache.ts";
import type { Compute } from "./compute/compute.ts";
import { type Database, databaseName } from "./database/database.ts";
import type { Deployment } from "./deployment.ts";
import type { Ingress } from "./ingress/ingress.ts";
import type { Logs } from "./logs/logs.ts";
import type { Network } from "./network/network.ts";
import type { PlatformOutputs } from "./outputs.ts";
import type { Secrets } from "./secrets.ts";
import type { Services } from "./services/services.ts";

/** {@link PlatformOutputs} with values that AWS provides later. */
export type DeclaredOutputs = Declared<PlatformOutputs>;

type Declared<T> = T extends string | number | null
  ? pulumi.Input<T>
  : T extends readonly string[]
    ? pulumi.Input<T>
    : { readonly [K in keyof T]: Declared<T[K]> };

interface Parts {
  readonly network: Network;
  readonly ingress: Ingress;
  readonly compute: Compute;
  readonly services: Services;
  readonly database: Database;
  readonly cache: Cache;
  readonly logs: Logs;
  readonly secrets: Secrets;
}

/** The stack outputs that describe the platform. */
export function describePlatform(deployment: Deployment, parts: Parts): DeclaredOutputs {
  const { config, place } = deployment;
  return {
    environment: config.environment,
    region: place.region,
    network: {
      vpcId: parts.network.vpcId,
      addressBlock: config.addressBlock,
      availabilityZones: place.zones,
    },
    ingress: describeIngress(deployment, parts),
    access: describeAccess(deployment, parts.ingress),
    compute: describeCompute(deployment, parts),
    database: {
      clusterIdentifier: parts.database.cluster.clusterIdentifier,
      writerEndpoint: parts.database.cluster.endpoint,
      readerEndpoint: parts.database.cluster.readerEndpoint,
      port: config.databasePort,
      name: databaseName,
    },
    cache: {
      replicationGroupId: parts.cache.group.replicationGroupId,
      configurationEndpoint: parts.cache.group.configurationEndpointAddress,
      port: config.cachePort,
    },
    logs: { deliveryStream: parts.logs.stream.name, bucket: parts.logs.storage.bucket.bucket },
    verifier: { clientId: "verifier", secretParameter: parts.secrets.verifierSecret.name },
  };
}

function describeIngress({ config }: Deployment, { ingress, network }: Parts): DeclaredOutputs["ingress"] {
  return {
    domain: config.domain,
    dnsName: ingress.loadBalancer.dnsName,
    port: config.ingressPort,
    loadBalancerArn: ingress.loadBalancer.arn,
    listenerArn: ingress.listener.arn,
    gatewayTargetGroupArn: ingress.gatewayTargets.arn,
    securityGroupId: network.groups.ingress.id,
  };
}

function describeAccess({ config }: Deployment, { insiders }: Ingress): DeclaredOutputs["access"] {
  if (insiders === undefined) return null;
  return {
    trustStoreArn: insiders.trustStore.arn,
    bucket: insiders.bucket.bucket,
    networks: config.insiders,
  };
}

function describeCompute(
  { config, image }: Deployment,
  { compute, services }: Parts,
): DeclaredOutputs["compute"] {
  return {
    clusterArn: compute.cluster.arn,
    clusterName: compute.cluster.name,
    services: { gateway: services.gateway.name, admin: services.admin.name, stub: services.stub.name },
    drainSeconds: config.drainSeconds,
    image: image.reference,
  };
}
