import { makeArn, makeId } from "../arn.ts";
import { AwsError } from "../operation.ts";
import { isUnknown } from "../pulumi-protocol/markers.ts";
import { recorded } from "../record-only-handler.ts";
import type { Region } from "../region.ts";
import type { Properties, Resource } from "../resource.ts";
import type { CheckFailure, ResourceHandler } from "../resource-handler.ts";
import { invalidCidr, missing, need, needIfGiven, refuseWhileNamed, types } from "./references.ts";

/** Every resource whose network interfaces have security groups. */
const carriers = [
  "aws:lb/loadBalancer:LoadBalancer",
  "aws:ecs/service:Service",
  "aws:rds/cluster:Cluster",
  "aws:elasticache/replicationGroup:ReplicationGroup",
  "aws:ec2/launchTemplate:LaunchTemplate",
];

export const securityGroup = recorded(types.securityGroup, {
  inputs: ["name", "namePrefix", "description", "vpcId", "revokeRulesOnDelete", "tags"],
  replaceOn: ["name", "namePrefix", "description", "vpcId"],
  computed: ["arn", "ownerId", "ingress", "egress"],
  autoname: { property: "name", maxLength: 255 },
  defaults: () => ({ description: "Managed by Pulumi", revokeRulesOnDelete: false }),
  validate: (inputs) => [...missing(inputs, "vpcId"), ...invalidName(inputs)],
  id: () => makeId("sg"),
  admit(region, { id, inputs }) {
    need(region, "vpc", inputs.vpcId);
    const other = region.resources.find(
      types.securityGroup,
      (group) => group.id !== id && group.inputs.vpcId === inputs.vpcId && group.inputs.name === inputs.name,
    );
    if (other) {
      const reason = `The security group '${String(inputs.name)}' already exists for VPC '${String(inputs.vpcId)}'`;
      throw new AwsError("InvalidGroup.Duplicate", reason);
    }
  },
  outputs: (region, { id }) => ({
    arn: makeArn(region, "ec2", `security-group/${id}`),
    ownerId: region.accountId,
    ingress: [],
    egress: [],
  }),
  release(region, resource) {
    refuseWhileReferenced(region, resource);
    refuseWhileNamed(region, resource, "network interface", carriers);
  },
});

function invalidName({ name }: Properties): readonly CheckFailure[] {
  if (typeof name !== "string" || isUnknown(name) || !name.startsWith("sg-")) return [];
  return [{ property: "name", reason: `${name} begins with sg-, which AWS reserves for ids.` }];
}

/**
 * Rules are deleted with their own group; another group's rule that refers to this one blocks the deletion, unless
 * that rule is deleted as well.
 */
function refuseWhileReferenced(region: Region, group: Resource): void {
  for (const type of [types.ingressRule, types.egressRule]) {
    const rule = region.resources.find(
      type,
      ({ inputs }) => inputs.referencedSecurityGroupId === group.id && inputs.securityGroupId !== group.id,
    );
    if (rule)
      throw new AwsError(
        "DependencyViolation",
        `resource ${group.id} has a dependent object: rule ${rule.id}`,
      );
  }
}

const sources = ["cidrIpv4", "referencedSecurityGroupId"] as const;

/** One rule of a security group. Groups have no inline rules: the program declares each rule separately. */
function rule(type: typeof types.ingressRule | typeof types.egressRule): ResourceHandler {
  return recorded(type, {
    inputs: ["securityGroupId", "ipProtocol", "fromPort", "toPort", ...sources, "description", "tags"],
    replaceOn: ["securityGroupId"],
    computed: ["arn", "securityGroupRuleId"],
    validate: (inputs) => [
      ...missing(inputs, "securityGroupId", "ipProtocol"),
      ...invalidCidr(inputs, "cidrIpv4"),
      ...invalidPorts(inputs),
      ...(sources.filter((source) => inputs[source] !== undefined).length === 1
        ? []
        : [{ property: "cidrIpv4", reason: `exactly one of ${sources.join(" and ")} must be given.` }]),
    ],
    id: () => makeId("sgr"),
    admit(region, { id, inputs }) {
      need(region, "securityGroup", inputs.securityGroupId);
      needIfGiven(region, "securityGroup", inputs.referencedSecurityGroupId);
      if (region.resources.find(type, (other) => other.id !== id && isSameRule(other.inputs, inputs))) {
        const reason = "the specified rule already exists in this security group";
        throw new AwsError("InvalidPermission.Duplicate", reason);
      }
    },
    outputs: (region, { id }) => ({
      arn: makeArn(region, "ec2", `security-group-rule/${id}`),
      securityGroupRuleId: id,
    }),
  });
}

function isSameRule(a: Properties, b: Properties): boolean {
  const identity = ["securityGroupId", "ipProtocol", "fromPort", "toPort", ...sources];
  return identity.every((name) => (a[name] ?? null) === (b[name] ?? null));
}

function invalidPorts(inputs: Properties): readonly CheckFailure[] {
  const all = String(inputs.ipProtocol) === "-1";
  const failures = (["fromPort", "toPort"] as const).flatMap((property): CheckFailure[] => {
    const port = inputs[property];
    if (isUnknown(port)) return [];
    if (all)
      return port === undefined
        ? []
        : [{ property, reason: "ipProtocol -1 means all ports; omit the ports." }];
    const inRange = Number.isInteger(port) && Number(port) >= -1 && Number(port) <= 65535;
    return inRange ? [] : [{ property, reason: `${String(port)} is not a port from 0 to 65535.` }];
  });
  const { fromPort, toPort } = inputs;
  const reversed = typeof fromPort === "number" && typeof toPort === "number" && fromPort > toPort;
  return reversed
    ? [...failures, { property: "toPort", reason: `${toPort} is less than fromPort ${fromPort}.` }]
    : failures;
}

export const ingressRule = rule(types.ingressRule);
export const egressRule = rule(types.egressRule);
