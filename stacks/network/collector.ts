import { isIPv4 } from "node:net";
import type { PlatformConfig } from "../config/config.ts";
import { httpsPort } from "./flows.ts";

/** A network and port that spans are sent to. */
export interface CollectorWay {
  readonly name: string;
  readonly network: string;
  readonly port: number;
}

/**
 * Outbound access that gateways need besides the AWS APIs, whose port is open to every address anyway. A collector
 * given by name is assumed to be inside the VPC unless its networks are configured; one given by address is that
 * address only.
 */
export function collectorWays(config: PlatformConfig): readonly CollectorWay[] {
  if (config.traceEndpoint === undefined) return [];
  const { protocol, port: written, hostname } = new URL(config.traceEndpoint);
  const port = written === "" ? (protocol === "https:" ? httpsPort : 80) : Number(written);
  // Traffic of a process to its own machine is not filtered.
  if (port === httpsPort || hostname === "localhost" || hostname.startsWith("127.")) return [];
  if (config.traceNetworks.length > 0)
    return config.traceNetworks.map((network) => ({
      name: `gateway-to-collector-${network}`,
      network,
      port,
    }));
  return [
    {
      name: "gateway-to-collector",
      network: isIPv4(hostname) ? `${hostname}/32` : config.addressBlock,
      port,
    },
  ];
}
