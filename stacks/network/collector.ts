import type { PlatformConfig } from "../config.ts";
import { httpsPort } from "./flows.ts";

/** A network and a port of it that spans are sent to. */
export interface CollectorWay {
  readonly name: string;
  readonly network: string;
  readonly port: number;
}

/**
 * What gateways must be let out to beside the AWS APIs, whose port is open to everywhere anyway. A collector given by
 * name is taken to be inside the VPC unless its networks are named; one given by address is that address and no other.
 */
export function collectorWays(config: PlatformConfig): readonly CollectorWay[] {
  if (config.traceEndpoint === undefined) return [];
  const { protocol, port: written, hostname } = new URL(config.traceEndpoint);
  const port = written === "" ? (protocol === "https:" ? httpsPort : 80) : Number(written);
  // Nothing guards the way from a process to its own machine.
  if (port === httpsPort || hostname === "localhost" || hostname.startsWith("127.")) return [];
  if (config.traceNetworks.length > 0)
    return config.traceNetworks.map((network) => ({
      name: `gateway-to-collector-${network}`,
      network,
      port,
    }));
  const address = /^\d+\.\d+\.\d+\.\d+$/.test(hostname);
  return [{ name: "gateway-to-collector", network: address ? `${hostname}/32` : config.addressBlock, port }];
}
