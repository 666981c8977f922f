import { readDeclaration } from "../../../image/declaration.ts";
import { KeyRing } from "../../../local/access/credentials.ts";
import type { OwnedRegion } from "../../../local/daemon/region.ts";
import { restoreResources } from "../../../local/daemon/restore.ts";
import { findBalancer } from "../../../local/elb/balancer-registry.ts";
import { type Endpoint, startEndpoint } from "../../../local/endpoint/server.ts";
import { loadOperations } from "../../../local/operations.ts";
import type { Image } from "../../../local/region.ts";
import { handlers } from "../../../local/registry.ts";
import type { Properties, Resource } from "../../../local/resource.ts";
import type { ResourceHandler } from "../../../local/resource-handler.ts";
import { reserveNetwork } from "../../loopback.ts";
import { root } from "../daemon/started-region.ts";
import { targetGroupInputs } from "../elb/test-bed.ts";
import type { ClientSettings } from "../endpoint/started-endpoint.ts";
import { createResource, type StartedRegion, startRegion } from "../started-region.ts";

/** Images of the tests: one with configurable faults (see image.mjs), and the product's own. */
const images: Readonly<Record<string, Image>> = {
  "test/habits": {
    entrypoint: [process.execPath, "ecs/image.mjs"],
    declaration: {
      environment: { DECLARED: "by the image", VERSION: "image", HABITS: "/app/ecs/image.mjs" },
      workingDirectory: "/app",
    },
    content: { folder: `${root}/tests/local`, workspace: "ecs" },
  },
  "dmm-env/gateway": {
    entrypoint: [process.execPath, "gateway/main.ts"],
    declaration: readDeclaration(root),
    content: { folder: root, workspace: "gateway" },
  },
  "test/absent": {
    entrypoint: ["/nonexistent/program"],
    declaration: { environment: {}, workingDirectory: "/" },
    content: { folder: `${root}/tests/local`, workspace: "ecs" },
  },
  "test/unreadable": {
    entrypoint: [process.execPath],
    declaration: { environment: {}, workingDirectory: "/" },
    content: { folder: root, workspace: "nothing-here" },
  },
};

/**
 * A region with its endpoint, a cluster, and a load balancer with one target group: the prerequisites of a
 * service.
 */
export interface Fixture extends AsyncDisposable {
  readonly region: OwnedRegion;
  readonly client: ClientSettings;
  readonly cluster: Resource;
  readonly targetGroup: Resource;
  /** Address at which the load balancer serves. */
  readonly ingress: { readonly host: string; readonly port: number };
  make(type: string, inputs: Properties): Promise<Resource>;
  change(resource: Resource, inputs: Properties): Promise<Resource>;
  remove(resource: Resource): Promise<void>;
  /** Ends the region like its daemon, opens it again on the same folder and restores everything. */
  restart(): Promise<void>;
}

export function handlerOf(type: string): ResourceHandler {
  const found = handlers.find((handler) => handler.type === type);
  if (!found) throw new Error(`no handler of ${type}`);
  return found;
}

async function make(region: OwnedRegion, type: string, inputs: Properties): Promise<Resource> {
  return createResource(region, handlerOf(type), inputs);
}

export async function openFixture(): Promise<Fixture> {
  const started = await startRegion(await reserveNetwork(), images);
  try {
    return await furnish(started);
  } catch (error) {
    await started[Symbol.asyncDispose]();
    throw error;
  }
}

async function furnish(started: StartedRegion): Promise<Fixture> {
  let { region } = started;
  const keys = new KeyRing(region.directory);
  let endpoint: Endpoint = await openEndpoint(region, keys);
  const { cluster, targetGroup, host } = await build(region);
  return {
    get region() {
      return region;
    },
    client: {
      endpoint: region.endpoint,
      region: region.name,
      credentials: { ...keys.operator },
      maxAttempts: 1,
    },
    cluster,
    targetGroup,
    ingress: { host, port: 8080 },
    make: (type, inputs) => make(region, type, inputs),
    async change(resource, inputs) {
      const told = (await handlerOf(resource.type).update?.(region, resource, inputs)) ?? {};
      const changed = { ...resource, inputs, outputs: { ...resource.outputs, ...inputs, ...told } };
      region.resources.put(changed);
      return changed;
    },
    async remove(resource) {
      await handlerOf(resource.type).delete?.(region, resource);
      region.resources.remove(resource.type, resource.id);
    },
    async restart() {
      await endBalancers(region);
      await endpoint.close();
      region = await started.reopen();
      await region.certificates.prepare();
      endpoint = await openEndpoint(region, keys);
      await restoreResources(region, handlers);
    },
    async [Symbol.asyncDispose]() {
      await endBalancers(region);
      await endpoint.close();
      await started[Symbol.asyncDispose]();
    },
  };
}

/** In a daemon they end with its process; here they would continue to check a folder that is gone. */
async function endBalancers(region: OwnedRegion): Promise<void> {
  const balancers = region.resources.all("aws:lb/loadBalancer:LoadBalancer");
  await Promise.all(balancers.map(({ id }) => findBalancer(region, id)?.end()));
}

async function openEndpoint(region: OwnedRegion, keys: KeyRing): Promise<Endpoint> {
  return startEndpoint(region, { keys, operations: await loadOperations() });
}

async function build(region: OwnedRegion) {
  const put = (type: string, id: string, inputs: Properties) =>
    region.resources.put({ type, id, urn: `urn:${id}`, name: id, inputs, outputs: inputs });
  put("aws:ec2/vpc:Vpc", "vpc-1", { cidrBlock: "10.9.0.0/16" });
  for (const zone of ["a", "b", "c"])
    put("aws:ec2/subnet:Subnet", `subnet-${zone}`, { availabilityZone: `eu-west-1${zone}`, vpcId: "vpc-1" });
  put("aws:ec2/securityGroup:SecurityGroup", "sg-1", { name: "ingress" });
  put("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "sgr-1", {
    securityGroupId: "sg-1",
    ipProtocol: "-1",
    cidrIpv4: "127.0.0.0/8",
  });
  const balancer = await make(region, "aws:lb/loadBalancer:LoadBalancer", {
    name: "t-ingress",
    securityGroups: ["sg-1"],
    subnets: ["subnet-a", "subnet-b", "subnet-c"],
  });
  const targetGroup = await makeTargetGroup(region, "t-service");
  await make(region, "aws:lb/listener:Listener", {
    loadBalancerArn: balancer.id,
    port: 8080,
    protocol: "HTTP",
    defaultActions: [{ type: "forward", targetGroupArn: targetGroup.id }],
  });
  const cluster = await make(region, "aws:ecs/cluster:Cluster", { name: "t-main" });
  return { cluster, targetGroup, host: String(balancer.outputs.dnsName) };
}

export function makeTargetGroup(region: OwnedRegion, name: string): Promise<Resource> {
  return make(region, "aws:lb/targetGroup:TargetGroup", {
    name,
    ...targetGroupInputs,
  });
}
