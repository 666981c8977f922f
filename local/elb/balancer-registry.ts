import { perRegion } from "../per-region.ts";
import type { Region } from "../region.ts";
import { textOf } from "../values.ts";
import { planAction } from "./actions.ts";
import type { RunningBalancer } from "./balancer-interface.ts";
import { types } from "./types.ts";

const balancers = perRegion(() => new Map<string, RunningBalancer>());

export function rememberBalancer(region: Region, arn: string, balancer: RunningBalancer): void {
  balancers(region).set(arn, balancer);
}

export function findBalancer(region: Region, arn: string | undefined): RunningBalancer | undefined {
  return arn === undefined ? undefined : balancers(region).get(arn);
}

export function forgetBalancer(region: Region, arn: string): void {
  balancers(region).delete(arn);
}

/** The load balancer whose listeners or rules use a target group; AWS allows at most one. */
export function balancerArnOfGroup(region: Region, targetGroupArn: string): string | undefined {
  const leadsTo =
    (property: "actions" | "defaultActions") =>
    (resource: { readonly inputs: Parameters<typeof planAction>[0] }) => {
      const action = planAction(resource.inputs, property);
      return action.kind === "forward" && action.targetGroupArn === targetGroupArn;
    };
  const rule = region.resources.find(types.listenerRule, leadsTo("actions"));
  const listener = rule
    ? region.resources.get(types.listener, textOf(rule.inputs, "listenerArn") ?? "")
    : region.resources.find(types.listener, leadsTo("defaultActions"));
  return listener && textOf(listener.inputs, "loadBalancerArn");
}

export function balancerOfGroup(region: Region, targetGroupArn: string): RunningBalancer | undefined {
  return findBalancer(region, balancerArnOfGroup(region, targetGroupArn));
}
