import type { Server } from "node:net";
import type { Target } from "../../../verify/target.ts";
import { reserveNetwork } from "../../loopback.ts";
import { createAuthority } from "./authority.ts";
import { createAwsEndpoint } from "./aws-endpoint.ts";
import type { Break } from "./breaks.ts";
import { createCache, createDatabase } from "./data-ports.ts";
import { listen, openIngress } from "./ingress.ts";
import { createState, type PlatformState } from "./state.ts";

const loopback = await reserveNetwork();
const otherLoopback = await reserveNetwork();

export interface StartedPlatform extends AsyncDisposable {
  readonly target: Target;
  readonly state: PlatformState;
  /** Closes every port except those that it keeps open to break its claim. */
  release(): Promise<void>;
}

const host = `${loopback}.0.10`;
const foreignAddress = `${otherLoopback}.0.1`;

/**
 * Starts a small platform with real TLS, real HTTP and the AWS wire protocols, which keeps every claim except
 * those that it is asked to break.
 */
export async function startPlatform(...breaks: readonly Break[]): Promise<StartedPlatform> {
  const state = createState(new Set(breaks));
  const [server, insiders] = await Promise.all([
    createAuthority("stand-in region"),
    createAuthority("stand-in insiders"),
  ]);
  const ingress = await openIngress(state, host, { server, insiders });
  const identity = await server.issue({ subject: "cache", notAfter: inSeconds(3_600), names: ["cache"] });
  const [database, cache, endpoint] = [
    createDatabase(state),
    createCache(state, identity),
    createAwsEndpoint(state),
  ];
  const ports = await Promise.all([listen(database, host), listen(cache, host), listen(endpoint, host)]);
  const serials = new Map<string, string>();
  const issue = async ({ name, lifetimeSeconds }: { name: string; lifetimeSeconds: number }) => {
    const grant = await insiders.issue({ subject: name, notAfter: inSeconds(lifetimeSeconds) });
    serials.set(name, grant.serial);
    return { name, certificate: grant.certificate, key: grant.key };
  };
  const target: Target = {
    kind: "local",
    environment: "standin",
    ingress: {
      url: `https://${state.domain}`,
      connect: { host, port: ingress.port },
      plainPort: ingress.plainPort,
      authority: server.certificate,
    },
    insider: await issue({ name: "operator", lifetimeSeconds: 3_600 }),
    grants: {
      issue,
      async revoke(name) {
        state.revokedSerials.add(serials.get(name) ?? "");
      },
    },
    differences: [
      {
        scope: "this environment",
        what: "dmm-env:ingressPort",
        production: "443",
        environment: String(ingress.port),
        reason: "The stand-in takes a free port.",
      },
    ],
    outputs: describeOutputs(state, { database: ports[0], cache: ports[1] }),
    aws: {
      region: "eu-west-1",
      endpoint: `http://${host}:${ports[2]}`,
      credentials: { accessKeyId: "standin", secretAccessKey: "standin-secret" },
    },
    foreignAddress,
  };
  const data = [...ingress.servers, database, cache];
  const close = async (servers: readonly Server[]) => void (await Promise.all(servers.map(closeServer)));
  return {
    target,
    state,
    async release() {
      if (!state.breaks.has("keeps its ports open")) await close(data);
      if (!state.breaks.has("keeps its region")) await close([endpoint]);
    },
    [Symbol.asyncDispose]: () => close([...data, endpoint]),
  };
}

function describeOutputs(
  state: PlatformState,
  ports: { database: number; cache: number },
): Target["outputs"] {
  const account = "arn:aws:ecs:eu-west-1:000000000000";
  return {
    environment: "standin",
    region: "eu-west-1",
    network: { vpcId: "vpc-1", addressBlock: "10.0.0.0/16", availabilityZones: ["eu-west-1a"] },
    ingress: {
      domain: state.domain,
      dnsName: host,
      port: 443,
      loadBalancerArn: "arn:lb",
      listenerArn: "arn:listener",
      gatewayTargetGroupArn: "arn:targets",
      securityGroupId: "sg-1",
    },
    access: { trustStoreArn: "arn:trust", bucket: "standin-access", networks: ["127.0.0.1/32"] },
    compute: {
      clusterArn: `${account}:cluster/standin`,
      clusterName: "standin",
      services: { gateway: "gateway", admin: "admin", stub: "stub" },
      drainSeconds: 10,
      image: "dmm-env/gateway:1",
    },
    database: {
      clusterIdentifier: "standin",
      writerEndpoint: host,
      readerEndpoint: host,
      port: ports.database,
      name: "platform",
    },
    cache: { replicationGroupId: "standin", configurationEndpoint: host, port: ports.cache },
    logs: { deliveryStream: "standin", bucket: "standin-logs" },
    verifier: { clientId: state.clientId, secretParameter: "/standin/verifier" },
  };
}

function inSeconds(seconds: number): Date {
  return new Date(Date.now() + seconds * 1_000);
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    if ("closeAllConnections" in server)
      (server as unknown as { closeAllConnections(): void }).closeAllConnections();
  });
}
