import type { PlatformConfig } from "../config.ts";

/** Security groups, each with what carries it. */
export const groups = {
  ingress: "Load balancer that clients reach",
  gateway: "Gateway tasks",
  admin: "Admin site tasks",
  upstream: "Load balancer before the API stub",
  stub: "API stub tasks",
  database: "Aurora instances",
  cache: "Redis nodes",
  instances: "EC2 instances that carry the tasks",
} as const;

export type Group = keyof typeof groups;

/** One way that traffic may take: a TCP port of `to`, reached from `from`. */
export interface Flow {
  readonly from: Group;
  readonly to: Group;
  readonly port: number;
}

/** Every way inside the VPC. What is not in this list is closed. */
export function flowsOf({ servicePort, databasePort, cachePort }: Ports): readonly Flow[] {
  return [
    { from: "ingress", to: "gateway", port: servicePort },
    { from: "ingress", to: "admin", port: servicePort },
    { from: "gateway", to: "upstream", port: servicePort },
    { from: "gateway", to: "database", port: databasePort },
    { from: "gateway", to: "cache", port: cachePort },
    { from: "admin", to: "database", port: databasePort },
    // The admin site tells every gateway of a new version of the configuration.
    { from: "admin", to: "gateway", port: servicePort },
    { from: "upstream", to: "stub", port: servicePort },
  ];
}

type Ports = Pick<PlatformConfig, "servicePort" | "databasePort" | "cachePort">;

/** Port of the AWS APIs and of the APIs behind the private line. */
export const httpsPort = 443;

/**
 * Who calls AWS APIs itself. The admin site and the stub do not; their images, secrets and logs go through the instance.
 * Data stores and load balancers start no connection out of the VPC.
 */
export const awsClients: readonly Group[] = ["gateway", "instances"];
