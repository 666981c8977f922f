import { isIPv4 } from "node:net";

/** Whether a host is a loopback address. Names and odd spellings of addresses are not: they are looked up elsewhere. */
export function isLoopback(host: string): boolean {
  return isIPv4(host) && host.startsWith("127.");
}
