import { AwsError, type Operation, type Operations } from "../operation.ts";
import type { Region } from "../region.ts";
import type { Resource } from "../resource.ts";
import { numberOf } from "../values.ts";
import { beginDeregistration, readTargetHealth, registerTarget, type TargetState } from "./targets.ts";
import { types } from "./types.ts";

/** Why a target is not healthy, in the API's terms. */
const reasons: Readonly<
  Partial<Record<TargetState, { readonly Reason: string; readonly Description: string }>>
> = {
  initial: { Reason: "Elb.InitialHealthChecking", Description: "Initial health checks in progress" },
  unhealthy: { Reason: "Target.FailedHealthChecks", Description: "Health checks failed" },
  draining: {
    Reason: "Target.DeregistrationInProgress",
    Description: "Target deregistration is in progress",
  },
  unused: {
    Reason: "Target.NotInUse",
    Description: "Target group is not configured to receive traffic from the load balancer",
  },
};

/** From the balancer's own checks. */
const DescribeTargetHealth: Operation = async (region, { input }) => {
  const group = findGroup(region, input.TargetGroupArn);
  const health = await readTargetHealth(region, group.id);
  const wanted = targetsOf(group, input.Targets);
  const shown = health.filter(
    ({ address, port }) =>
      wanted.length === 0 || wanted.some((target) => target.address === address && target.port === port),
  );
  const described = shown.map(({ address, port, zone, state }) => ({
    Target: { Id: address, Port: port, ...(zone !== undefined && { AvailabilityZone: zone }) },
    HealthCheckPort: String(port),
    TargetHealth: { State: state, ...reasons[state] },
  }));
  return { TargetHealthDescriptions: { member: described } };
};

const RegisterTargets: Operation = async (region, { input }) => {
  const group = findGroup(region, input.TargetGroupArn);
  const targets = targetsOf(group, input.Targets);
  // Targets must not be addresses of the machine itself.
  for (const { address } of targets) {
    if (address.startsWith(`${region.network}.`)) continue;
    throw new AwsError(
      "InvalidTarget",
      `The IP address '${address}' is not within the region's network ${region.network}.0.0/16`,
    );
  }
  await Promise.all(targets.map((target) => registerTarget(region, group.id, target)));
  return {};
};

/** Returns when the targets get no new request; they continue to drain. */
const DeregisterTargets: Operation = async (region, { input }) => {
  const group = findGroup(region, input.TargetGroupArn);
  for (const target of targetsOf(group, input.Targets)) {
    const finish = await beginDeregistration(region, group.id, { target, drain: true });
    void finish().catch((error: Error) =>
      region.log("balancer.target-failed", { target: target.address, reason: error.message }),
    );
  }
  return {};
};

/** Registers, deregisters and describes targets. */
export const targetOperations: Operations = { DescribeTargetHealth, RegisterTargets, DeregisterTargets };

function findGroup(region: Region, arn: unknown): Resource {
  const group = region.resources.get(types.targetGroup, String(arn ?? ""));
  if (!group) throw new AwsError("TargetGroupNotFound", `One or more target groups not found: ${arn}`);
  return group;
}

function targetsOf(
  group: Resource,
  targets: unknown,
): readonly { readonly address: string; readonly port: number }[] {
  const list =
    (targets as readonly { readonly Id?: string; readonly Port?: number | string }[] | undefined) ?? [];
  return list.map(({ Id, Port }) => ({
    address: String(Id),
    port: Number(Port ?? numberOf(group.inputs, "port") ?? 80),
  }));
}
