import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

/**
 * Names the network that a client is counted by. An IPv6 client controls all 2^64 addresses of its network: they count
 * as one. An IPv4 address that is written as IPv6 is the IPv4 address.
 */
export function nameNetwork(address: string): string {
  if (isIP(address) !== 6) return address;
  const [withoutZone = ""] = address.split("%");
  const parsed = ipaddr.process(withoutZone);
  if (parsed.kind() === "ipv4") return parsed.toString();
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${withoutZone}/64`)}/64`;
}
