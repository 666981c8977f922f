import { isIPv4 } from "node:net";

/**
 * Whether a host is a loopback address. Names and unusual spellings of addresses are not: they are resolved
 * elsewhere.
 */
export function isLoopback(host: string): boolean {
  return isIPv4(host) && host.startsWith("127.");
}
