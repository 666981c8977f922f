import type { Cache } from "../cache.ts";
import type { Database } from "../database/database.ts";
import type { Deployment } from "../deployment.ts";
import type { Ingress } from "../ingress/ingress.ts";
import type { Logs } from "../logs/logs.ts";
import type { Metric, Watch } from "./alarm-condition.ts";

export interface WatchedParts {
  readonly ingress: Ingress;
  readonly database: Database;
  readonly cache: Cache;
  readonly logs: Logs;
}

/** All alarm conditions. */
export function watches(deployment: Deployment, parts: WatchedParts): readonly Watch[] {
  return [
    ...ingressWatches(parts.ingress),
    ...shards(deployment).flatMap((shard) => shardWatches(deployment, shard)),
    databaseWatch(parts.database),
    deliveryWatch(parts.logs),
  ];
}

function ingressWatches({ loadBalancer, gatewayTargets }: Ingress): readonly Watch[] {
  const namespace = "AWS/ApplicationELB";
  const LoadBalancer = loadBalancer.arnSuffix;
  const TargetGroup = gatewayTargets.arnSuffix;
  const common = { alarmsWhen: "above", minutes: 3 } as const;
  return [
    {
      ...common,
      thing: "ingress-errors",
      description: "The ingress itself returns 5xx: no gateway accepts the request",
      metrics: [
        { namespace, metricName: "HTTPCode_ELB_5XX_Count", dimensions: { LoadBalancer }, statistic: "Sum" },
      ],
      threshold: 10,
    },
    {
      ...common,
      thing: "gateway-errors",
      description: "Gateways return 5xx",
      metrics: [
        {
          namespace,
          metricName: "HTTPCode_Target_5XX_Count",
          dimensions: { LoadBalancer },
          statistic: "Sum",
        },
      ],
      threshold: 10,
    },
    {
      ...common,
      thing: "gateway-unhealthy",
      description: "A gateway fails its health check",
      metrics: [
        {
          namespace,
          metricName: "UnHealthyHostCount",
          dimensions: { LoadBalancer, TargetGroup },
          statistic: "Maximum",
        },
      ],
      threshold: 0,
    },
  ];
}

function shards({ config }: Deployment): readonly number[] {
  return Array.from({ length: config.cacheShards }, (_, index) => index + 1);
}

function shardWatches({ config, names }: Deployment, shard: number): readonly Watch[] {
  const nodes = Array.from({ length: 1 + config.cacheReplicas }, (_, index) =>
    names.cacheNode(shard, index + 1),
  );
  const worst = (metricName: string) =>
    nodes.map((CacheClusterId): Metric => {
      return {
        namespace: "AWS/ElastiCache",
        metricName,
        dimensions: { CacheClusterId },
        statistic: "Maximum",
      };
    }) as [Metric, ...Metric[]];
  return [
    {
      thing: `cache-${shard}-memory`,
      description: `Shard ${shard} is nearly full; it refuses new tokens when it is`,
      metrics: worst("DatabaseMemoryUsagePercentage"),
      alarmsWhen: "above",
      threshold: 80,
      minutes: 5,
    },
    {
      thing: `cache-${shard}-lag`,
      description: `A replica of shard ${shard} is more than 5 seconds behind; a failover would lose that much`,
      metrics: worst("ReplicationLag"),
      alarmsWhen: "above",
      threshold: 5,
      minutes: 5,
    },
  ];
}

function databaseWatch({ cluster }: Database): Watch {
  return {
    thing: "database-lag",
    description: "A reader is more than a second behind the writer",
    metrics: [
      {
        namespace: "AWS/RDS",
        metricName: "AuroraReplicaLagMaximum",
        dimensions: { DBClusterIdentifier: cluster.clusterIdentifier },
        statistic: "Maximum",
      },
    ],
    alarmsWhen: "above",
    threshold: 1000,
    minutes: 5,
  };
}

function deliveryWatch({ stream }: Logs): Watch {
  return {
    thing: "delivery-failures",
    description: "Access logs do not reach the bucket",
    metrics: [
      {
        namespace: "AWS/Firehose",
        metricName: "DeliveryToS3.Success",
        dimensions: { DeliveryStreamName: stream.name },
        statistic: "Average",
      },
    ],
    alarmsWhen: "below",
    threshold: 1,
    minutes: 5,
  };
}
