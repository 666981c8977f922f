import type { ECS } from "@aws-sdk/client-ecs";
import type { ElasticLoadBalancingV2 } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { ElastiCache } from "@aws-sdk/client-elasticache";
import type { Firehose } from "@aws-sdk/client-firehose";
import type { Fis } from "@aws-sdk/client-fis";
import type { KMS } from "@aws-sdk/client-kms";
import type { RDS } from "@aws-sdk/client-rds";
import type { ResourceGroupsTaggingAPI } from "@aws-sdk/client-resource-groups-tagging-api";
import type { S3 } from "@aws-sdk/client-s3";
import type { SSM } from "@aws-sdk/client-ssm";
import type { Target } from "../target.ts";
import { awsLimits } from "./aws-timeouts.ts";

/** AWS clients, each loaded at its first use: a run of one access check needs only one of them. */
export interface AwsClients {
  ecs(): Promise<ECS>;
  elastiCache(): Promise<ElastiCache>;
  firehose(): Promise<Firehose>;
  fis(): Promise<Fis>;
  kms(): Promise<KMS>;
  loadBalancing(): Promise<ElasticLoadBalancingV2>;
  rds(): Promise<RDS>;
  s3(): Promise<S3>;
  ssm(): Promise<SSM>;
  tagging(): Promise<ResourceGroupsTaggingAPI>;
  close(): Promise<void>;
}

export function createAwsClients(aws: Target["aws"]): AwsClients {
  const options = {
    region: aws.region,
    credentials: aws.credentials,
    ...awsLimits,
    ...(aws.endpoint === undefined ? {} : { endpoint: aws.endpoint }),
  };
  const opened = new Map<string, Promise<{ destroy(): void }>>();
  const once =
    <Client extends { destroy(): void }>(name: string, create: () => Promise<Client>) =>
    (): Promise<Client> => {
      const known = opened.get(name) ?? create();
      opened.set(name, known);
      return known as Promise<Client>;
    };
  return {
    ecs: once("ecs", async () => new (await import("@aws-sdk/client-ecs")).ECS(options)),
    elastiCache: once(
      "elastiCache",
      async () => new (await import("@aws-sdk/client-elasticache")).ElastiCache(options),
    ),
    firehose: once("firehose", async () => new (await import("@aws-sdk/client-firehose")).Firehose(options)),
    kms: once("kms", async () => new (await import("@aws-sdk/client-kms")).KMS(options)),
    s3: once(
      "s3",
      // Local buckets have no host names.
      async () =>
        new (await import("@aws-sdk/client-s3")).S3({
          ...options,
          forcePathStyle: aws.endpoint !== undefined,
        }),
    ),
    fis: once("fis", async () => new (await import("@aws-sdk/client-fis")).Fis(options)),
    loadBalancing: once(
      "loadBalancing",
      async () =>
        new (await import("@aws-sdk/client-elastic-load-balancing-v2")).ElasticLoadBalancingV2(options),
    ),
    rds: once("rds", async () => new (await import("@aws-sdk/client-rds")).RDS(options)),
    ssm: once("ssm", async () => new (await import("@aws-sdk/client-ssm")).SSM(options)),
    tagging: once(
      "tagging",
      async () =>
        new (await import("@aws-sdk/client-resource-groups-tagging-api")).ResourceGroupsTaggingAPI(options),
    ),
    async close() {
      const clients = await Promise.allSettled(opened.values());
      for (const client of clients) if (client.status === "fulfilled") client.value.destroy();
    },
  };
}
