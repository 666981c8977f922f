import { AwsError, type Operation, type Operations } from "../operation.ts";
import type { Region } from "../region.ts";
import type { Properties, Resource } from "../resource.ts";
import { numberOf, objectOf, objectsOf, textOf, textsOf } from "../values.ts";
import { zoneName, zonesOfSubnets } from "../zones.ts";
import { balancerArnOfGroup } from "./balancer-registry.ts";
import { healthCheckOf } from "./haproxy-backend.ts";
import { types } from "./types.ts";

const DescribeLoadBalancers: Operation = async (region, { input }) => {
  const found = select(region, types.loadBalancer, {
    arns: input.LoadBalancerArns,
    names: input.Names,
    missing: "LoadBalancerNotFound",
  });
  return { LoadBalancers: { member: found.map((balancer) => describeBalancer(region, balancer)) } };
};

const DescribeListeners: Operation = async (region, { input }) => {
  const found = select(region, types.listener, { arns: input.ListenerArns, missing: "ListenerNotFound" });
  const wanted = found.filter(
    ({ inputs }) => input.LoadBalancerArn === undefined || inputs.loadBalancerArn === input.LoadBalancerArn,
  );
  return { Listeners: { member: wanted.map(describeListener) } };
};

const DescribeRules: Operation = async (region, { input }) => {
  const found = select(region, types.listenerRule, { arns: input.RuleArns, missing: "RuleNotFound" });
  const wanted = found.filter(
    ({ inputs }) => input.ListenerArn === undefined || inputs.listenerArn === input.ListenerArn,
  );
  const defaults = region.resources.all(types.listener).filter(({ id }) => id === input.ListenerArn);
  return { Rules: { member: [...wanted.map(describeRule), ...defaults.map(describeDefaultRule)] } };
};

const DescribeTargetGroups: Operation = async (region, { input }) => {
  const found = select(region, types.targetGroup, {
    arns: input.TargetGroupArns,
    names: input.Names,
    missing: "TargetGroupNotFound",
  });
  const balancer = input.LoadBalancerArn;
  const wanted = found.filter(
    ({ id }) => balancer === undefined || balancerArnOfGroup(region, id) === balancer,
  );
  return { TargetGroups: { member: wanted.map((group) => describeGroup(region, group)) } };
};

const DescribeTags: Operation = async (region, { input }) => {
  const arns = (input.ResourceArns as readonly string[] | undefined) ?? [];
  const described = arns.map((arn) => {
    const found = Object.values(types).flatMap((type) => region.resources.get(type, arn) ?? [])[0];
    if (!found) throw new AwsError("LoadBalancerNotFound", `Resource '${arn}' not found`);
    const tags = Object.entries(objectOf(found.inputs, "tags") ?? {});
    return { ResourceArn: arn, Tags: { member: tags.map(([Key, Value]) => ({ Key, Value })) } };
  });
  return { TagDescriptions: { member: described } };
};

/** Describes load balancers and their components from the stored resources. */
export const describeOperations: Operations = {
  DescribeLoadBalancers,
  DescribeListeners,
  DescribeRules,
  DescribeTargetGroups,
  DescribeTags,
};

function select(
  region: Region,
  type: string,
  wanted: { readonly arns: unknown; readonly names?: unknown; readonly missing: string },
): readonly Resource[] {
  const arns = wanted.arns as readonly string[] | undefined;
  const names = wanted.names as readonly string[] | undefined;
  const all = region.resources.all(type);
  const find = (given: readonly string[] | undefined, nameOf: (resource: Resource) => string | undefined) =>
    given?.map((name) => {
      const found = all.find((resource) => nameOf(resource) === name);
      if (!found) throw new AwsError(wanted.missing, `One or more resources not found: ${name}`);
      return found;
    });
  return find(arns, (resource) => resource.id) ?? find(names, ({ inputs }) => textOf(inputs, "name")) ?? all;
}

function describeBalancer(region: Region, { id, inputs, outputs }: Resource): Record<string, unknown> {
  const subnets = textsOf(inputs, "subnets");
  return {
    LoadBalancerArn: id,
    LoadBalancerName: inputs.name,
    DNSName: outputs.dnsName,
    CanonicalHostedZoneId: outputs.zoneId,
    Scheme: inputs.internal === true ? "internal" : "internet-facing",
    State: { Code: "active" },
    Type: "application",
    VpcId: outputs.vpcId,
    IpAddressType: "ipv4",
    SecurityGroups: { member: textsOf(inputs, "securityGroups") },
    AvailabilityZones: {
      member: subnets.map((subnet) => ({
        SubnetId: subnet,
        ZoneName: zoneName(region, zonesOfSubnets(region, [subnet])[0] ?? 1),
      })),
    },
  };
}

function describeListener({ id, inputs }: Resource): Record<string, unknown> {
  const mutual = objectOf(inputs, "mutualAuthentication");
  const certificate = textOf(inputs, "certificateArn");
  return {
    ListenerArn: id,
    LoadBalancerArn: inputs.loadBalancerArn,
    Port: numberOf(inputs, "port"),
    Protocol: inputs.protocol,
    ...(certificate !== undefined && {
      SslPolicy: inputs.sslPolicy,
      Certificates: { member: [{ CertificateArn: certificate }] },
    }),
    ...(mutual && {
      MutualAuthentication: {
        Mode: mutual.mode,
        TrustStoreArn: mutual.trustStoreArn,
        IgnoreClientCertificateExpiry: mutual.ignoreClientCertificateExpiry ?? false,
      },
    }),
    DefaultActions: { member: describeActions(inputs, "defaultActions") },
  };
}

function describeRule({ id, inputs }: Resource): Record<string, unknown> {
  const values = (condition: Properties, name: string) => textsOf(objectOf(condition, name) ?? {}, "values");
  const conditions = objectsOf(inputs, "conditions").flatMap((condition) => [
    ...(condition.hostHeader
      ? [{ Field: "host-header", HostHeaderConfig: { Values: { member: values(condition, "hostHeader") } } }]
      : []),
    ...(condition.pathPattern
      ? [
          {
            Field: "path-pattern",
            PathPatternConfig: { Values: { member: values(condition, "pathPattern") } },
          },
        ]
      : []),
  ]);
  return {
    RuleArn: id,
    Priority: String(inputs.priority),
    Conditions: { member: conditions },
    Actions: { member: describeActions(inputs, "actions") },
    IsDefault: false,
  };
}

function describeDefaultRule({ id, inputs }: Resource): Record<string, unknown> {
  const RuleArn = `${id.replace(":listener/", ":listener-rule/")}/default`;
  return {
    RuleArn,
    Priority: "default",
    Conditions: { member: [] },
    Actions: { member: describeActions(inputs, "defaultActions") },
    IsDefault: true,
  };
}

function describeActions(
  inputs: Properties,
  property: "actions" | "defaultActions",
): readonly Record<string, unknown>[] {
  return objectsOf(inputs, property).map((action) => ({
    Type: action.type,
    ...(action.targetGroupArn !== undefined && { TargetGroupArn: action.targetGroupArn }),
  }));
}

function describeGroup(region: Region, { id, inputs }: Resource): Record<string, unknown> {
  const check = healthCheckOf(inputs);
  const balancer = balancerArnOfGroup(region, id);
  return {
    TargetGroupArn: id,
    TargetGroupName: inputs.name,
    Protocol: inputs.protocol,
    Port: numberOf(inputs, "port"),
    VpcId: inputs.vpcId,
    TargetType: inputs.targetType,
    HealthCheckEnabled: true,
    HealthCheckProtocol: "HTTP",
    HealthCheckPort: check.port === undefined ? "traffic-port" : String(check.port),
    HealthCheckPath: check.path,
    HealthCheckIntervalSeconds: check.intervalMs / 1000,
    HealthCheckTimeoutSeconds: check.timeoutMs / 1000,
    HealthyThresholdCount: check.healthyThreshold,
    UnhealthyThresholdCount: check.unhealthyThreshold,
    Matcher: { HttpCode: check.matcher },
    LoadBalancerArns: { member: balancer === undefined ? [] : [balancer] },
  };
}
