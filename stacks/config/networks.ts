import ipaddr from "ipaddr.js";
import { list, type Parser } from "./values.ts";

const { IPv4 } = ipaddr;

/** An IPv4 network: its address and its prefix length. */
interface Network {
  readonly address: ipaddr.IPv4;
  readonly bits: number;
}

/** RFC 1918, the networks that a VPC should use. */
const privateNetworks = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];

/**
 * A private network with room for three zones with three subnets each. Prefixes longer than /20 would leave
 * subnets of fewer than 256 addresses, too few for one address per task during a deployment.
 */
export const addressBlock: Parser<string> = (text) => {
  const network = readNetwork(text);
  const allowed = "a private IPv4 network with a mask from /16 to /20, like 10.0.0.0/16";
  if (network === undefined || network.bits < 16 || network.bits > 20) return { problem: allowed };
  return privateNetworks.some((block) => contains(block, text)) ? { value: text } : { problem: allowed };
};

/** Any IPv4 network from /8; shorter prefixes would amount to "everyone". */
const sourceNetwork: Parser<string> = (text) => {
  const network = readNetwork(text);
  const cleared = network === undefined ? clearHostBits(text) : undefined;
  if (cleared !== undefined) return { problem: `a network without host bits, such as ${cleared}` };
  if (network === undefined || network.bits < 8) {
    return { problem: "an IPv4 network with a mask from /8 to /32, like 203.0.113.0/24" };
  }
  return { value: text };
};

/**
 * Source networks separated by commas. Each is a rule of a security group, of which a group has 60 in either direction (VPC
 * quotas); a gateway's group has six more of its own.
 */
export const sourceNetworks = list(sourceNetwork, 50);

/** Networks that a gateway connects to: two such lists share one group. */
export const targetNetworks = list(sourceNetwork, 25);

/** True when two networks share an address. Both must have been parsed before. */
export function overlap(one: string, other: string): boolean {
  return contains(one, other) || contains(other, one);
}

function contains(outer: string, inner: string): boolean {
  const [big, small] = [readNetwork(outer), readNetwork(inner)];
  if (big === undefined || small === undefined || small.bits < big.bits) return false;
  return small.address.match(big.address, big.bits);
}

function readNetwork(text: string): Network | undefined {
  const written = readWritten(text);
  // AWS refuses a network with host bits set.
  return written === undefined || networkOf(text, written) !== text ? undefined : written;
}

/** The network of an address with host bits set; undefined if there are none, or the prefix is not allowed. */
function clearHostBits(text: string): string | undefined {
  const written = readWritten(text);
  if (written === undefined || written.bits < 8) return undefined;
  const cleared = networkOf(text, written);
  return cleared === text ? undefined : cleared;
}

function networkOf(text: string, { bits }: Network): string {
  return `${IPv4.networkAddressFromCIDR(text)}/${bits}`;
}

/** Only the form that AWS takes: 010 is 10 to some readers and 8 to others. */
function readWritten(text: string): Network | undefined {
  if (!IPv4.isValidCIDRFourPartDecimal(text)) return undefined;
  const [address, bits] = IPv4.parseCIDR(text);
  return `${address}/${bits}` === text ? { address, bits } : undefined;
}
