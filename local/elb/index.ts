import type { Operations } from "../operation.ts";
import type { ResourceHandler } from "../resource-handler.ts";
import { describeOperations } from "./describe-operations.ts";
import { listener, listenerRule } from "./listener.ts";
import { loadBalancer } from "./load-balancer.ts";
import { targetGroup } from "./target-group.ts";
import { targetOperations } from "./target-operations.ts";
import { trustOperations } from "./trust-operations.ts";
import { trustStore, trustStoreRevocation } from "./trust-store.ts";

/** Elastic Load Balancing: each load balancer is a HAProxy. */
export const handlers: readonly ResourceHandler[] = [
  loadBalancer,
  targetGroup,
  listener,
  listenerRule,
  trustStore,
  trustStoreRevocation,
];

export const operations: Readonly<Record<string, Operations>> = {
  elasticloadbalancing: { ...describeOperations, ...targetOperations, ...trustOperations },
};
