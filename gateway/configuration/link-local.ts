import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

/** Where instances of EC2 find their metadata over IPv6. */
const instanceMetadata = ipaddr.IPv6.parseCIDR("fd00:ec2::/32");

/** Ranges of IPv6 addresses whose last four bytes are an IPv4 address (RFC 6052, RFC 6145). */
const translated: ReadonlySet<string> = new Set(["rfc6052", "rfc6145"]);

/**
 * Whether a URL's host is a link-local address, in any form. Those serve the credentials of the task and of the machine;
 * no API may be there.
 */
export function isLinkLocal(hostname: string): boolean {
  const text = hostname.replace(/^\[(.*)\]$/, "$1");
  if (isIP(text) === 0) return false;
  const address = ipaddr.process(text);
  if (address.range() === "linkLocal") return true;
  if (address.kind() === "ipv4") return false;
  if (translated.has(address.range()))
    return ipaddr.fromByteArray(address.toByteArray().slice(-4)).range() === "linkLocal";
  return address.match(instanceMetadata);
}
