import { metricsPort } from "../metrics-port.ts";
import { productionName } from "./environment-name.ts";
import { findInstanceType, tasksPerInstance } from "./instance-types.ts";
import type { Values } from "./keys.ts";
import { overlap } from "./networks.ts";

type Name = keyof Values;

/** A key that is incompatible with another; the message continues after the key's name. */
export interface Contradiction {
  readonly name: Name;
  readonly message: string;
}

/** Contradictions between keys. Each rule applies only once the keys that it needs are valid. */
export function findContradictions(
  config: Partial<Values>,
  fullKey: (name: Name) => string,
): readonly Contradiction[] {
  return [
    ...ofLocks(config),
    ...ofPrivateLine(config, fullKey),
    ...ofCapacity(config, fullKey),
    ...ofPorts(config),
    ...ofTracing(config, fullKey),
    ...ofHost(config, fullKey),
  ];
}

function ofLocks(config: Partial<Values>): Contradiction[] {
  if (config.environment === undefined) return [];
  const production = config.environment === productionName;
  const locks = ["insiders", "insiderAuthority", "revocationList", "expires"] as const;
  return locks
    .filter((name) => name in config && isEmpty(config[name]) !== production)
    .map((name) => ({
      name,
      message: production
        ? "must not be set in production, which has no insiders and does not expire."
        : "must be set: an environment admits insiders only and must expire.",
    }));
}

function ofPrivateLine(config: Partial<Values>, fullKey: (name: Name) => string): Contradiction[] {
  const found: Contradiction[] = [];
  const { addressBlock, onPremisesNetworks } = config;
  for (const network of onPremisesNetworks ?? [])
    if (addressBlock !== undefined && overlap(network, addressBlock))
      found.push({
        name: "addressBlock",
        message: `is ${addressBlock}; it overlaps ${network} of ${fullKey("onPremisesNetworks")}.`,
      });
  if (config.directConnectGatewayId !== undefined && onPremisesNetworks?.length === 0)
    found.push({
      name: "directConnectGatewayId",
      message: `has no effect: set ${fullKey("onPremisesNetworks")} as well.`,
    });
  return found;
}

function ofCapacity(config: Partial<Values>, fullKey: (name: Name) => string): Contradiction[] {
  return [...ofInstanceLimit(config, fullKey), ...ofTaskSize(config, fullKey)];
}

function ofInstanceLimit(
  { instanceCount, instanceLimit }: Partial<Values>,
  fullKey: (name: Name) => string,
): Contradiction[] {
  if (instanceCount === undefined || instanceLimit === undefined || instanceLimit >= instanceCount) return [];
  const least = `${fullKey("instanceCount")}, ${instanceCount}`;
  return [{ name: "instanceLimit", message: `is ${instanceLimit}; it must be at least ${least}.` }];
}

/**
 * A deployment runs every service twice for a while. Tasks that find no interface, processor or memory wait without an error,
 * and the deployment with them.
 */
function ofTaskSize(config: Partial<Values>, fullKey: (name: Name) => string): Contradiction[] {
  const { instanceType, instanceLimit, gatewayCpu, gatewayMemory, gatewayCount, adminCount, stubCount } =
    config;
  const type = instanceType === undefined ? undefined : findInstanceType(instanceType);
  if (type === undefined || gatewayCpu === undefined || gatewayMemory === undefined) return [];
  const each = tasksPerInstance(type, { cpu: gatewayCpu, memory: gatewayMemory });
  if (each < 1) {
    const size = `${gatewayCpu} CPU units and ${gatewayMemory} MiB`;
    return [{ name: "instanceType", message: `is ${instanceType}, which no gateway of ${size} fits into.` }];
  }
  if (gatewayCount === undefined || adminCount === undefined || stubCount === undefined) return [];
  const needed = 2 * (gatewayCount + adminCount + stubCount);
  if (instanceLimit === undefined || instanceLimit * each >= needed) return [];
  const carried = `${instanceLimit} × ${each} tasks on ${fullKey("instanceType")} ${instanceType}`;
  const least = Math.ceil(needed / each);
  return [
    {
      name: "instanceLimit",
      message: `is too low: ${carried}, but a deployment runs ${needed} at once; it must be at least ${least}.`,
    },
  ];
}

/** A gateway listens on both. */
function ofPorts({ servicePort }: Partial<Values>): Contradiction[] {
  if (servicePort !== metricsPort) return [];
  return [{ name: "servicePort", message: `is ${servicePort}, which is the metrics port.` }];
}

function ofTracing(config: Partial<Values>, fullKey: (name: Name) => string): Contradiction[] {
  if (!("traceEndpoint" in config)) return [];
  const { traceEndpoint, traceHeader } = config;
  const idle = ["traceNetworks", "traceHeader"] as const;
  if (traceEndpoint === undefined)
    return idle
      .filter((name) => !isEmpty(config[name]))
      .map((name) => ({ name, message: `has no effect: set ${fullKey("traceEndpoint")} as well.` }));
  // On an unencrypted connection the key could be read and used to send spans in our name.
  if (traceHeader === undefined || traceEndpoint.startsWith("https:")) return [];
  return [
    {
      name: "traceEndpoint",
      message: `is ${traceEndpoint}; with ${fullKey("traceHeader")} it must be https.`,
    },
  ];
}

/** ACM's limit for the first name of a certificate, which becomes its common name (RFC 5280, appendix A.1). */
const longestHost = 64;

function ofHost({ environment, zone }: Partial<Values>, fullKey: (name: Name) => string): Contradiction[] {
  if (environment === undefined || zone === undefined) return [];
  const host = environment === productionName ? zone : `${environment}.${zone}`;
  if (host.length <= longestHost) return [];
  const beside = environment === productionName ? "" : ` with ${fullKey("environment")} ${environment}`;
  return [
    {
      name: "zone",
      message: `is ${zone}; the host name${beside} is ${host.length} characters, and ACM allows ${longestHost}.`,
    },
  ];
}

function isEmpty(value: string | readonly unknown[] | undefined): boolean {
  return value === undefined || value.length === 0;
}
