import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Deployment } from "../deployment.ts";
import { metricsPort } from "../metrics-port.ts";
import { collectorWays } from "./collector.ts";
import { awsClients, type Flow, flowsOf, type Group, groups, httpsPort } from "./flows.ts";
import { onPremisesNetworks } from "./on-premises.ts";

export type SecurityGroups = Readonly<Record<Group, aws.ec2.SecurityGroup>>;

/** A rule, and the groups between which it allows traffic. */
export interface Rule {
  readonly between: readonly Group[];
  readonly resource: pulumi.Resource;
}

const everywhere = "0.0.0.0/0";

/** The groups, and a rule on both ends of every declared flow. */
export function createSecurityGroups(
  parent: pulumi.Resource,
  deployment: Deployment,
  vpcId: pulumi.Input<string>,
): { readonly groups: SecurityGroups; readonly rules: readonly Rule[] } {
  const created = createGroups(parent, deployment, vpcId);
  const context = { parent, deployment, groups: created };
  const rules = [
    ...flowsOf(deployment.config).flatMap((flow) => createFlow(context, flow)),
    ...ingressSources(deployment).map((network) => admitToIngress(context, network)),
    ...deployment.config.metricsNetworks.map((network) => admitScraper(context, network)),
    ...awsClients.map((group) =>
      letOut(context, {
        name: `${group}-to-aws`,
        group,
        network: everywhere,
        port: httpsPort,
        purpose: "AWS APIs",
      }),
    ),
    ...onPremisesNetworks(deployment.config).map((network) =>
      letOut(context, {
        name: `on-premises-${network}`,
        group: "gateway",
        network,
        port: httpsPort,
        purpose: "On-premises APIs",
      }),
    ),
    ...collectorWays(deployment.config).map((way) =>
      letOut(context, { ...way, group: "gateway", purpose: "Collector of traces" }),
    ),
  ];
  return { groups: created, rules };
}

interface Context {
  readonly parent: pulumi.Resource;
  readonly deployment: Deployment;
  readonly groups: SecurityGroups;
}

/** Production serves the public; an environment only its insiders. */
function ingressSources({ config }: Deployment): readonly string[] {
  return config.production ? [everywhere] : config.insiders;
}

function createGroups(
  parent: pulumi.Resource,
  { names }: Deployment,
  vpcId: pulumi.Input<string>,
): SecurityGroups {
  const create = ([group, description]: [string, string]) => [
    group,
    new aws.ec2.SecurityGroup(
      group,
      // Rules that were added by hand would prevent the group's deletion.
      { name: names.of(group), description, vpcId, revokeRulesOnDelete: true, tags: names.tags(group) },
      { parent },
    ),
  ];
  return Object.fromEntries(Object.entries(groups).map(create));
}

function createFlow(
  { parent, deployment, groups: created }: Context,
  { from, to, port }: Flow,
): readonly Rule[] {
  const name = `${from}-to-${to}`;
  const common = { ipProtocol: "tcp", fromPort: port, toPort: port, tags: deployment.names.tags(name) };
  const out = new aws.vpc.SecurityGroupEgressRule(
    name,
    {
      ...common,
      securityGroupId: created[from].id,
      referencedSecurityGroupId: created[to].id,
      description: `To ${to}`,
    },
    { parent },
  );
  const into = new aws.vpc.SecurityGroupIngressRule(
    name,
    {
      ...common,
      securityGroupId: created[to].id,
      referencedSecurityGroupId: created[from].id,
      description: `From ${from}`,
    },
    { parent },
  );
  return [out, into].map((resource) => ({ between: [from, to], resource }));
}

function admitToIngress(context: Context, network: string): Rule {
  const name = network === everywhere ? "public" : `insiders-${network}`;
  const tag = "ingress-from-outside";
  const port = context.deployment.config.ingressPort;
  return letIn(context, { name, group: "ingress", network, port, purpose: "HTTPS", tag });
}

function admitScraper(context: Context, network: string): Rule {
  const name = `metrics-${network}`;
  const tag = "gateway-from-scraper";
  return letIn(context, { name, group: "gateway", network, port: metricsPort, purpose: "Metrics", tag });
}

interface WayIn extends WayOut {
  readonly tag: string;
}

function letIn({ parent, deployment, groups: created }: Context, way: WayIn): Rule {
  const resource = new aws.vpc.SecurityGroupIngressRule(
    way.name,
    {
      securityGroupId: created[way.group].id,
      description: way.purpose,
      ipProtocol: "tcp",
      fromPort: way.port,
      toPort: way.port,
      cidrIpv4: way.network,
      tags: deployment.names.tags(way.tag),
    },
    { parent },
  );
  return { between: [way.group], resource };
}

interface WayOut {
  readonly name: string;
  readonly group: Group;
  readonly network: string;
  readonly port: number;
  readonly purpose: string;
}

function letOut({ parent, deployment, groups: created }: Context, way: WayOut): Rule {
  const resource = new aws.vpc.SecurityGroupEgressRule(
    way.name,
    {
      securityGroupId: created[way.group].id,
      description: way.purpose,
      ipProtocol: "tcp",
      fromPort: way.port,
      toPort: way.port,
      cidrIpv4: way.network,
      tags: deployment.names.tags(`${way.group}-to-outside`),
    },
    { parent },
  );
  return { between: [way.group], resource };
}
