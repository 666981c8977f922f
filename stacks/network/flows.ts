import type { PlatformConfig } from "../config/config.ts";

/** Security groups, each with its resources. */
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

/** One allowed flow: a TCP port of `to`, reached from `from`. */
export interface Flow {
  readonly from: Group;
  readonly to: Group;
  readonly port: number;
}

/** Every flow inside the VPC. Anything not in this list is closed. */
export function flowsOf({ servicePort, databasePort, cachePort }: Ports): readonly Flow[] {
  return [
    { from: "ingress", to: "gateway", port: servicePort },
    { from: "ingress", to: "admin", port: servicePort },
    { from: "gateway", to: "upstream", port: servicePort },
    { from: "gateway", to: "database", port: databasePort },
    { from: "gateway", to: "cache", port: cachePort },
    { from: "admin", to: "database", port: databasePort },
    // The admin site notifies every gateway of a new version of the configuration.
    { from: "admin", to: "gateway", port: servicePort },
    { from: "upstream", to: "stub", port: servicePort },
  ];
}

type Ports = Pick<PlatformConfig, "servicePort" | "databasePort" | "cachePort">;

/** Port of the AWS APIs and of the APIs behind the private connection. */
export const httpsPort = 443;

/**
 * Services that call AWS APIs themselves. The admin site and the stub do not; their images, secrets and logs go
 * through the instance. Data stores and load balancers open no connections out of the VPC.
 */
export const awsClients: readonly Group[] = ["gateway", "instances"];
