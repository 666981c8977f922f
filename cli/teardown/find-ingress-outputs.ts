import type { PlatformOutputs } from "../../stacks/outputs.ts";
import { readStateResources, type StateResource } from "../engine/state.ts";
import { readEdgeListeners } from "../environment/network.ts";
import type { ReachedDown } from "./down-stages.ts";

/** The address of the ingress, and its trust store. */
export type IngressOutputs = Pick<PlatformOutputs, "ingress" | "access">;

/**
 * The ingress from the outputs of the last complete `up`, else from the engine's state, which also knows the
 * listeners of an `up` that failed late. On the local target its listener identifies it: a file may be stale, or
 * another environment's.
 */
export function findIngressOutputs(run: ReachedDown): IngressOutputs | undefined {
  const { outputs, session, project, name } = run;
  if (typeof outputs?.ingress?.dnsName === "string" && isOwn(run, outputs)) return outputs;
  const ingress = readIngressOutputs(readStateResources(session.home, project.name, name));
  return ingress !== undefined && isOwn(run, ingress) ? ingress : undefined;
}

function isOwn({ target, network }: ReachedDown, { ingress }: IngressOutputs): boolean {
  if (target === "aws" || network === undefined) return target === "aws";
  return readEdgeListeners(network).includes(`${ingress.dnsName}:${ingress.port}`);
}

function readIngressOutputs(resources: readonly StateResource[]): IngressOutputs | undefined {
  const ofType = (type: string) => resources.filter((resource) => resource.type === type);
  const listener = ofType("aws:lb/listener:Listener").find(
    ({ inputs }) => trustStoreOf(inputs) !== undefined,
  );
  const balancer = ofType("aws:lb/loadBalancer:LoadBalancer").find(
    ({ id }) => id === listener?.inputs?.loadBalancerArn,
  );
  const trustStoreArn = trustStoreOf(listener?.inputs);
  const list = ofType("aws:lb/trustStoreRevocation:TrustStoreRevocation").find(
    ({ inputs }) => inputs?.trustStoreArn === trustStoreArn,
  );
  const domain = ofType("aws:acm/certificate:Certificate")[0]?.inputs?.domainName;
  if (listener === undefined || balancer === undefined || trustStoreArn === undefined) return undefined;
  return {
    ingress: {
      domain: String(domain ?? balancer.outputs?.dnsName),
      dnsName: String(balancer.outputs?.dnsName),
      port: Number(listener.inputs?.port),
      loadBalancerArn: String(balancer.id),
      listenerArn: String(listener.id),
    } as PlatformOutputs["ingress"],
    access:
      list === undefined
        ? null
        : { trustStoreArn, bucket: String(list.inputs?.revocationsS3Bucket), networks: [] },
  };
}

function trustStoreOf(inputs: StateResource["inputs"]): string | undefined {
  const mutual = inputs?.mutualAuthentication as { trustStoreArn?: unknown } | undefined;
  return typeof mutual?.trustStoreArn === "string" ? mutual.trustStoreArn : undefined;
}
