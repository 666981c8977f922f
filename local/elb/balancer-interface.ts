import type { AccessLog } from "./access-log.ts";
import type { ServerPlan } from "./haproxy-backend.ts";
import type { ServerStatistics } from "./statistics.ts";

/** A load balancer as its target groups, its listeners and the API see it. */
export interface RunningBalancer {
  readonly arn: string;
  readonly address: string;
  /** Working directory of its HAProxy. */
  readonly directory: string;
  readonly accessLog: AccessLog;
  /** Serves what the resources say now. Concurrent calls share one change. */
  apply(): Promise<void>;
  /** Applies the current rules of security groups and trust stores without closing a connection that may stay. */
  followSources(): Promise<void>;
  addServer(targetGroupArn: string, server: ServerPlan): Promise<void>;
  /** Sends the server no new request. */
  drainServer(backend: string, server: string): Promise<void>;
  /** Removes a server. With `cut` its requests in flight are aborted, without they may finish. */
  removeServer(backend: string, server: string, options: { readonly cut: boolean }): Promise<void>;
  readServers(backend: string): Promise<ReadonlyMap<string, ServerStatistics>>;
  readServer(backend: string, server: string): Promise<ServerStatistics | undefined>;
  end(): Promise<void>;
}
