import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Deployment } from "../deployment.ts";
import { createLoadBalancer } from "../load-balancer.ts";
import type { Logs } from "../logs/logs.ts";
import type { Network } from "../network/network.ts";
import { createCertificate, type Hosts } from "./certificate.ts";
import { createInsiderTrust, type InsiderTrust } from "./insiders.ts";
import { createTargetGroup } from "./target-group.ts";

/** TLS 1.3 and 1.2 with forward secrecy and authenticated encryption only. */
const tlsPolicy = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06";

interface IngressArgs {
  readonly network: Network;
  readonly logs: Logs;
}

/** The only ingress: HTTPS on one port, for insiders only in an environment. Nothing listens on port 80. */
export class Ingress extends pulumi.ComponentResource {
  readonly loadBalancer: aws.lb.LoadBalancer;
  readonly listener: aws.lb.Listener;
  readonly gatewayTargets: aws.lb.TargetGroup;
  readonly adminTargets: aws.lb.TargetGroup;
  readonly adminRule: aws.lb.ListenerRule;
  readonly insiders: InsiderTrust | undefined;

  constructor(deployment: Deployment, args: IngressArgs, opts?: pulumi.ComponentResourceOptions) {
    super("dmm-env:stacks:Ingress", "ingress", {}, opts);
    const { vpcId } = args.network;
    const hosts = hostNames(deployment);
    const { zoneId } = aws.route53.getZoneOutput(
      { name: deployment.config.zone, privateZone: false },
      { parent: this },
    );
    const certificateArn = createCertificate(this, deployment, { zoneId, hosts });
    this.insiders = createInsiderTrust(this, deployment);
    this.loadBalancer = createPublicLoadBalancer(this, deployment, args);
    this.gatewayTargets = createTargetGroup(this, deployment, { thing: "gateway", vpcId });
    this.adminTargets = createTargetGroup(this, deployment, { thing: "admin", vpcId });
    this.listener = createListener(this, deployment, { ingress: this, certificateArn });
    this.adminRule = createAdminRule(this, deployment, { ingress: this, host: hosts.admin });
    createAliases(this, { hosts, zoneId, loadBalancer: this.loadBalancer });
    this.registerOutputs({});
  }
}

function hostNames({ config }: Deployment): Hosts {
  return { api: config.domain, admin: `admin.${config.domain}` };
}

function createPublicLoadBalancer(
  parent: pulumi.Resource,
  deployment: Deployment,
  { network, logs }: IngressArgs,
): aws.lb.LoadBalancer {
  return createLoadBalancer(
    deployment,
    {
      thing: "ingress",
      internal: false,
      subnets: network.publicSubnetIds,
      securityGroup: network.groups.ingress,
      // Certificates are verified in handshakes only: this is how long a revoked one stays in. AWS admits no less.
      clientKeepAlive: 60,
      accessLogs: { enabled: true, bucket: logs.storage.bucket.bucket, prefix: logs.ingressPrefix },
    },
    // AWS writes a test object before it accepts the setting.
    { parent, dependsOn: [logs.storage.policy] },
  );
}

function createListener(
  parent: pulumi.Resource,
  { config, names }: Deployment,
  { ingress, certificateArn }: { readonly ingress: Ingress; readonly certificateArn: pulumi.Input<string> },
): aws.lb.Listener {
  const { insiders } = ingress;
  return new aws.lb.Listener(
    "ingress",
    {
      loadBalancerArn: ingress.loadBalancer.arn,
      protocol: "HTTPS",
      port: config.ingressPort,
      sslPolicy: tlsPolicy,
      certificateArn,
      ...(insiders && {
        mutualAuthentication: {
          mode: "verify",
          trustStoreArn: insiders.trustStore.arn,
          ignoreClientCertificateExpiry: false,
        },
      }),
      defaultActions: [{ type: "forward", targetGroupArn: ingress.gatewayTargets.arn }],
      tags: names.tags("ingress"),
    },
    { parent, dependsOn: insiders ? [insiders.revocation] : [] },
  );
}

function createAdminRule(
  parent: pulumi.Resource,
  { names }: Deployment,
  { ingress, host }: { readonly ingress: Ingress; readonly host: string },
): aws.lb.ListenerRule {
  return new aws.lb.ListenerRule(
    "admin",
    {
      listenerArn: ingress.listener.arn,
      priority: 10,
      conditions: [{ hostHeader: { values: [host] } }],
      actions: [{ type: "forward", targetGroupArn: ingress.adminTargets.arn }],
      tags: names.tags("admin"),
    },
    { parent },
  );
}

function createAliases(
  parent: pulumi.Resource,
  args: {
    readonly hosts: Hosts;
    readonly zoneId: pulumi.Input<string>;
    readonly loadBalancer: aws.lb.LoadBalancer;
  },
): void {
  const target = {
    name: args.loadBalancer.dnsName,
    zoneId: args.loadBalancer.zoneId,
    evaluateTargetHealth: true,
  };
  for (const [role, name] of Object.entries(args.hosts)) {
    new aws.route53.Record(role, { zoneId: args.zoneId, name, type: "A", aliases: [target] }, { parent });
  }
}
