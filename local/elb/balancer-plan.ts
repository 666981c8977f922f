import { relative } from "node:path";
import { issueAcmCertificate } from "../acm/certificate.ts";
import type { Region } from "../region.ts";
import type { Resource } from "../resource.ts";
import { flagOf, numberOf, objectOf, textOf, textsOf } from "../values.ts";
import { planAction } from "./actions.ts";
import { sourcesOf } from "./allowed-sources.ts";
import { backendName } from "./backend-name.ts";
import { priorityOf, renderConditions } from "./conditions.ts";
import { renderBackend } from "./haproxy-backend.ts";
import { type FrontendPlan, renderFrontend } from "./haproxy-frontend.ts";
import { introduceTargets, serversOf } from "./targets.ts";
import { defaultTlsPolicy, renderTlsPolicy } from "./tls.ts";
import { mergeRevocations, type Revocations, TrustStoreFiles } from "./trust-store-files.ts";
import { types } from "./types.ts";

/** Everything that one load balancer serves. */
export interface BalancerPlan {
  readonly configuration: string;
  readonly listens: readonly string[];
  /** Requests are written to an access log. */
  readonly logs: boolean;
  readonly backends: readonly string[];
  /** Networks that may connect, by file; evaluated at each call, since security groups change independently. */
  readonly sources: ReadonlyMap<string, () => readonly string[]>;
  /** Revocations by the name of their trust store. */
  readonly revocations: ReadonlyMap<string, Revocations>;
}

/** Files of a trust store's revocations, in the balancer's folder. */
export function revocationFiles(store: string): { readonly lists: string; readonly serials: string } {
  return { lists: `${store}.crl`, serials: `${store}.serials` };
}

/** Plans from the stored resources what a load balancer currently serves. */
export async function planBalancer(
  region: Region,
  balancer: FrontendRequest["balancer"],
): Promise<BalancerPlan> {
  const resource = region.resources.get(types.loadBalancer, balancer.arn);
  if (!resource)
    return {
      configuration: "",
      listens: [],
      logs: false,
      backends: [],
      sources: new Map(),
      revocations: new Map(),
    };
  const listeners = region.resources
    .all(types.listener)
    .filter((listener) => listener.inputs.loadBalancerArn === balancer.arn);
  const sources = new Map<string, () => readonly string[]>();
  const revocations = await readRevocations(region, listeners);
  const groups = new Set<string>();
  const frontends: FrontendPlan[] = [];
  for (const listener of listeners) {
    const frontend = await planFrontend(region, { balancer, resource, listener, revocations, groups });
    frontends.push(frontend);
    const port = numberOf(listener.inputs, "port") ?? 80;
    // Evaluated each time: an update of the load balancer may name other groups.
    sources.set(frontend.sourcesFile, () => {
      const now = region.resources.get(types.loadBalancer, balancer.arn) ?? resource;
      return sourcesOf(region, { securityGroups: textsOf(now.inputs, "securityGroups"), port });
    });
  }
  const backends = [...groups].flatMap((arn) => region.resources.get(types.targetGroup, arn) ?? []);
  for (const group of backends) introduceTargets(region, group.id);
  return {
    configuration: [
      renderDefaults(numberOf(resource.inputs, "idleTimeout") ?? 60),
      ...frontends.map(renderFrontend),
      ...backends.map((group) =>
        renderBackend(backendName(group.id), group.inputs, serversOf(region, group.id)),
      ),
    ].join("\n"),
    logs: frontends.some((frontend) => frontend.logged),
    listens: frontends.map((frontend) => `${frontend.address}:${frontend.port}`),
    backends: backends.map((group) => backendName(group.id)),
    sources,
    revocations,
  };
}

interface FrontendRequest {
  /** `directory`: its working directory. */
  readonly balancer: { readonly arn: string; readonly address: string; readonly directory: string };
  readonly resource: Resource;
  readonly listener: Resource;
  readonly revocations: ReadonlyMap<string, Revocations>;
  /** Collects the target groups that are in use. */
  readonly groups: Set<string>;
}

async function planFrontend(region: Region, request: FrontendRequest): Promise<FrontendPlan> {
  const { balancer, resource, listener, groups } = request;
  const port = numberOf(listener.inputs, "port") ?? 80;
  const rules = region.resources
    .all(types.listenerRule)
    .filter((rule) => rule.inputs.listenerArn === listener.id)
    .sort((left, right) => priorityOf(left.inputs) - priorityOf(right.inputs));
  const lead = (inputs: Resource["inputs"], property: "actions" | "defaultActions") => {
    const action = planAction(inputs, property);
    if (action.kind === "respond") return { directive: action.directive };
    groups.add(action.targetGroupArn);
    return { backend: backendName(action.targetGroupArn) };
  };
  const fallback = lead(listener.inputs, "defaultActions");
  const tls = await planTls(region, request);
  return {
    name: `listener-${port}`,
    address: balancer.address,
    port,
    ...(tls && { tls }),
    sourcesFile: `listener-${port}.sources`,
    logged: flagOf(objectOf(resource.inputs, "accessLogs") ?? {}, "enabled") ?? false,
    clientKeepAlive: numberOf(resource.inputs, "clientKeepAlive") ?? 3600,
    dropInvalidHeaders: flagOf(resource.inputs, "dropInvalidHeaderFields") ?? false,
    rules: rules.map((rule) => ({
      priority: priorityOf(rule.inputs),
      condition: renderConditions(rule.inputs),
      ...lead(rule.inputs, "actions"),
    })),
    ...(fallback.directive !== undefined && { defaultDirective: fallback.directive }),
    ...(fallback.backend !== undefined && { defaultBackend: fallback.backend }),
  };
}

/**
 * Paths are relative to the working directory: a line of HAProxy's configuration has a length limit, a checkout's
 * path has none.
 */
async function planTls(
  region: Region,
  { listener, revocations, balancer }: FrontendRequest,
): Promise<FrontendPlan["tls"]> {
  if (textOf(listener.inputs, "protocol") !== "HTTPS") return undefined;
  const certificate = await issueAcmCertificate(region, textOf(listener.inputs, "certificateArn") ?? "");
  const bundleFile = relative(balancer.directory, certificate.bundleFile);
  const policy = renderTlsPolicy(textOf(listener.inputs, "sslPolicy") ?? defaultTlsPolicy);
  const store = trustStoreOf(region, listener);
  if (!store) return { bundleFile, policy };
  const files = revocationFiles(store);
  const listsFile = revocations.get(store)?.lists ? files.lists : undefined;
  const authoritiesFile = relative(balancer.directory, new TrustStoreFiles(region, store).authoritiesFile);
  return { bundleFile, policy, clients: { authoritiesFile, listsFile, serialsFile: files.serials } };
}

async function readRevocations(
  region: Region,
  listeners: readonly Resource[],
): Promise<ReadonlyMap<string, Revocations>> {
  const stores = new Set(listeners.flatMap((listener) => trustStoreOf(region, listener) ?? []));
  const merged = [...stores].map(
    async (store) => [store, await mergeRevocations(new TrustStoreFiles(region, store).readLists())] as const,
  );
  return new Map(await Promise.all(merged));
}

/** The name of the trust store with which a listener verifies its clients. */
function trustStoreOf(region: Region, listener: Resource): string | undefined {
  const mutual = objectOf(listener.inputs, "mutualAuthentication");
  if (!mutual || textOf(mutual, "mode") !== "verify") return undefined;
  const store = region.resources.get(types.trustStore, textOf(mutual, "trustStoreArn") ?? "");
  return store && textOf(store.inputs, "name");
}

function renderDefaults(idleTimeout: number): string {
  return `defaults
  mode http
  timeout connect 4s
  timeout client ${idleTimeout}s
  timeout server ${idleTimeout}s
  timeout http-request ${idleTimeout}s
  timeout http-keep-alive ${idleTimeout}s
  timeout queue 5s
  http-reuse always
  option http-no-delay
  option abortonclose
  option redispatch 1
  retries 3
  load-server-state-from-file global
`;
}
