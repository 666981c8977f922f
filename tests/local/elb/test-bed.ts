import { createServer, type IncomingMessage, type Server } from "node:http";
import { request } from "node:https";
import type { Properties, Resource } from "../../../local/resource.ts";
import { objectsOf } from "../../../local/s3/objects.ts";
import { createResource, type StartedRegion, startRegion } from "../started-region.ts";
import { balancingOf } from "./resource-handlers.ts";

export const domain = "t.api.example.com";
/** One that every user may bind. */
export const ingressPort = 8443;

/** Prerequisites of a load balancer, without the network's own handlers. */
export interface TestBed extends AsyncDisposable {
  readonly started: StartedRegion;
  readonly loadBalancer: Resource;
  readonly targetGroup: Resource;
  readonly certificateArn: string;
}

function put(
  started: StartedRegion,
  type: string,
  id: string,
  inputs: Properties,
  outputs: Properties = inputs,
): void {
  started.region.resources.put({ type, id, urn: `urn:${id}`, name: id, inputs, outputs });
}

/** A load balancer with one target group in a separate region, open to 127.0.0.1 and to the region itself. */
export async function startTestBed(network: string, groupInputs: Properties = {}): Promise<TestBed> {
  const started = await startRegion(network);
  put(started, "aws:ec2/vpc:Vpc", "vpc-1", { cidrBlock: "10.9.0.0/16" });
  for (const zone of ["a", "b"]) {
    put(started, "aws:ec2/subnet:Subnet", `subnet-${zone}`, {
      availabilityZone: `eu-west-1${zone}`,
      vpcId: "vpc-1",
    });
  }
  put(started, "aws:ec2/securityGroup:SecurityGroup", "sg-1", { name: "ingress" });
  openTo(started, "127.0.0.1/32", "sgr-1");
  const certificateArn = "arn:aws:acm:eu-west-1:127:certificate/11111111";
  const names = { domainName: domain, subjectAlternativeNames: [`admin.${domain}`] };
  put(started, "aws:acm/certificate:Certificate", certificateArn, names, { ...names, status: "ISSUED" });
  put(started, "aws:s3/bucket:Bucket", "t-access", { bucket: "t-access" });
  objectsOf(started.region).createBucket("t-access");
  const loadBalancer = await createResource(started.region, balancingOf("LoadBalancer"), {
    name: "t-ingress",
    securityGroups: ["sg-1"],
    subnets: ["subnet-a", "subnet-b"],
    dropInvalidHeaderFields: true,
    accessLogs: { enabled: true, bucket: "t-access", prefix: "ingress" },
  });
  const targetGroup = await createTargetGroup(started, "t-gateway", groupInputs);
  return {
    started,
    loadBalancer,
    targetGroup,
    certificateArn,
    [Symbol.asyncDispose]: () => started[Symbol.asyncDispose](),
  };
}

/** A target group as the program declares it, with short intervals. */
export const targetGroupInputs = {
  port: 8080,
  protocol: "HTTP",
  targetType: "ip",
  vpcId: "vpc-1",
  deregistrationDelay: 5,
  healthCheck: {
    path: "/health/ready",
    matcher: "200",
    interval: 5,
    timeout: 2,
    healthyThreshold: 2,
    unhealthyThreshold: 2,
  },
} as const satisfies Properties;

export function createTargetGroup(
  started: StartedRegion,
  name: string,
  inputs: Properties = {},
): Promise<Resource> {
  return createResource(started.region, balancingOf("TargetGroup"), {
    name,
    ...targetGroupInputs,
    ...inputs,
  });
}

/** Adds an ingress rule for the listener's port. */
export function openTo(started: StartedRegion, cidrIpv4: string, id: string): void {
  const inputs = {
    securityGroupId: "sg-1",
    ipProtocol: "tcp",
    fromPort: ingressPort,
    toPort: ingressPort,
    cidrIpv4,
  };
  put(started, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", id, inputs);
}

export interface StartedTarget extends AsyncDisposable {
  readonly address: string;
  readonly port: number;
  readonly server: Server;
  /** Response of `/health/ready`. */
  healthy: boolean;
  /** Number of received requests, except health checks. */
  requests: number;
  last: IncomingMessage | undefined;
}

/**
 * A real HTTP server as a target; `/slow?ms=` responds late, everything else immediately with the target's
 * address.
 */
export async function startTarget(address: string): Promise<StartedTarget> {
  const target = {
    address,
    port: 8080,
    healthy: true,
    requests: 0,
    last: undefined,
  } as unknown as StartedTarget & {
    server: Server;
  };
  target.server = createServer((incoming, response) => {
    const url = new URL(incoming.url ?? "/", "http://target");
    if (url.pathname === "/health/ready") {
      response.writeHead(target.healthy ? 200 : 503).end();
      return;
    }
    target.requests += 1;
    target.last = incoming;
    setTimeout(() => response.end(address), Number(url.searchParams.get("ms") ?? 0));
  });
  await new Promise<void>((resolve) => target.server.listen(8080, address, resolve));
  return Object.assign(target, {
    async [Symbol.asyncDispose]() {
      target.server.closeAllConnections();
      await new Promise((resolve) => target.server.close(resolve));
    },
  });
}

export interface ReceivedResponse {
  readonly status: number;
  readonly text: string;
}

export interface AskOptions {
  readonly path?: string;
  readonly method?: string;
  readonly host?: string;
  readonly from?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly agent?: import("node:https").Agent;
}

/** One HTTPS request to the ingress as an insider, or without a certificate. */
export function askIngress(
  testBed: TestBed,
  authority: string,
  insider: { readonly certificate: string; readonly key: string } | undefined,
  options: AskOptions = {},
): Promise<ReceivedResponse> {
  return new Promise((resolve, reject) => {
    const outgoing = request({
      host: String(testBed.loadBalancer.outputs.dnsName),
      port: ingressPort,
      path: options.path ?? "/",
      method: options.method ?? "GET",
      servername: options.host ?? domain,
      headers: { host: `${options.host ?? domain}:${ingressPort}`, ...options.headers },
      ca: authority,
      ...(insider && { cert: insider.certificate, key: insider.key }),
      ...(options.from !== undefined && { localAddress: options.from }),
      agent: options.agent ?? false,
      timeout: 8000,
    });
    outgoing.on("timeout", () => outgoing.destroy(new Error("no response")));
    outgoing.on("error", reject);
    outgoing.on("response", (response) => {
      let text = "";
      response.on("data", (part) => {
        text += part;
      });
      response.on("error", reject);
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
    });
    outgoing.end(options.body);
  });
}
