import { randomBytes } from "node:crypto";
import { makeArn } from "../arn.ts";
import { AwsError } from "../operation.ts";
import type { Properties } from "../resource.ts";
import type { CheckFailure, ResourceHandler } from "../resource-handler.ts";
import { flagOf, numberOf, objectOf, textOf } from "../values.ts";
import { balancerArnOfGroup, balancerOfGroup } from "./balancer-registry.ts";
import { forgetTargets } from "./targets.ts";
import { types } from "./types.ts";

const identity = ["name", "port", "protocol", "targetType", "vpcId"];

/** A target group: a backend of the load balancer whose listeners use it. */
export const targetGroup: ResourceHandler = {
  type: types.targetGroup,
  inputs: [
    ...identity,
    "slowStart",
    "deregistrationDelay",
    "loadBalancingAlgorithmType",
    "healthCheck",
    "stickiness",
    "protocolVersion",
    // Stored for the APIs.
    "tags",
  ],
  replaceOn: [...identity, "protocolVersion"],
  computed: ["arn", "arnSuffix", "loadBalancerArns"],
  autoname: { property: "name", maxLength: 32 },
  deleteBeforeReplace: true,
  defaults: () => ({
    targetType: "instance",
    slowStart: 0,
    deregistrationDelay: 300,
    loadBalancingAlgorithmType: "round_robin",
  }),
  validate,
  async create(region, { urn, name, inputs }) {
    const own = textOf(inputs, "name") ?? name;
    const other = region.resources.find(types.targetGroup, (group) => textOf(group.inputs, "name") === own);
    if (other)
      throw new AwsError(
        "DuplicateTargetGroupName",
        `A target group with the same name '${own}' exists, but with different settings`,
      );
    const arn = makeArn(
      region,
      "elasticloadbalancing",
      `targetgroup/${own}/${randomBytes(8).toString("hex")}`,
    );
    const outputs = {
      ...inputs,
      arn,
      arnSuffix: arn.slice(arn.indexOf("targetgroup/")),
      loadBalancerArns: [],
    };
    region.resources.put({ type: types.targetGroup, id: arn, urn, name, inputs, outputs });
    return { id: arn, outputs };
  },
  async update(region, resource, inputs) {
    const outputs = { ...resource.outputs, ...inputs };
    region.resources.put({ ...resource, inputs, outputs });
    await balancerOfGroup(region, resource.id)?.apply();
    return outputs;
  },
  async delete(region, resource) {
    if (balancerArnOfGroup(region, resource.id)) {
      throw new AwsError(
        "ResourceInUse",
        `Target group '${resource.id}' is currently in use by a listener or a rule`,
      );
    }
    forgetTargets(region, resource.id);
  },
};

function validate(inputs: Properties): readonly CheckFailure[] {
  const failures: CheckFailure[] = [];
  const refuse = (property: string, reason: string) => failures.push({ property, reason });
  const only = (property: string, allowed: string) => {
    const value = textOf(inputs, property);
    if (value !== undefined && value !== allowed)
      refuse(property, `it is ${value}; only ${allowed} is supported.`);
  };
  only("targetType", "ip");
  only("protocol", "HTTP");
  only("protocolVersion", "HTTP1");
  const algorithm = textOf(inputs, "loadBalancingAlgorithmType");
  if (algorithm !== undefined && algorithm !== "round_robin" && algorithm !== "least_outstanding_requests") {
    refuse(
      "loadBalancingAlgorithmType",
      `it is ${algorithm}; it must be round_robin or least_outstanding_requests.`,
    );
  }
  const slowStart = numberOf(inputs, "slowStart") ?? 0;
  if (slowStart !== 0 && (slowStart < 30 || slowStart > 900))
    refuse("slowStart", `it is ${slowStart}; it must be 0 or 30 to 900.`);
  if (slowStart !== 0 && algorithm === "least_outstanding_requests") {
    refuse("slowStart", "it cannot be combined with least_outstanding_requests.");
  }
  if (flagOf(objectOf(inputs, "stickiness") ?? {}, "enabled") === true)
    refuse("stickiness", "it is not supported here.");
  return [...failures, ...validateHealthCheck(inputs)];
}

/** The limits of the API reference, CreateTargetGroup. */
function validateHealthCheck(inputs: Properties): readonly CheckFailure[] {
  const check = objectOf(inputs, "healthCheck") ?? {};
  const failures: CheckFailure[] = [];
  const within = (name: string, lowest: number, highest: number) => {
    const value = numberOf(check, name);
    if (value === undefined || (value >= lowest && value <= highest)) return;
    failures.push({
      property: `healthCheck.${name}`,
      reason: `it is ${value}; it must be ${lowest} to ${highest}.`,
    });
  };
  within("interval", 5, 300);
  within("timeout", 2, 120);
  within("healthyThreshold", 2, 10);
  within("unhealthyThreshold", 2, 10);
  const protocol = textOf(check, "protocol");
  if (protocol !== undefined && protocol !== "HTTP") {
    failures.push({ property: "healthCheck.protocol", reason: `it is ${protocol}; only HTTP is supported.` });
  }
  const matcher = textOf(check, "matcher");
  if (matcher !== undefined && !/^\d{3}(-\d{3})?(,\d{3}(-\d{3})?)*$/.test(matcher)) {
    failures.push({
      property: "healthCheck.matcher",
      reason: `it is ${matcher}; it must be a value such as 200, 200,202 or 200-299.`,
    });
  }
  return failures;
}
