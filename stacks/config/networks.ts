import { list, type Parser } from "./values.ts";

/** An IPv4 network as numbers: its first address and its prefix length. */
interface Network {
  readonly first: number;
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

/** Source networks separated by commas. */
export const sourceNetworks = list(sourceNetwork);

/** True when two networks share an address. Both must have been parsed before. */
export function overlap(one: string, other: string): boolean {
  return contains(one, other) || contains(other, one);
}

function contains(outer: string, inner: string): boolean {
  const [big, small] = [readNetwork(outer), readNetwork(inner)];
  if (big === undefined || small === undefined || small.bits < big.bits) return false;
  return maskTo(small.first, big.bits) === big.first;
}

function readNetwork(text: string): Network | undefined {
  const written = readWritten(text);
  if (written === undefined) return undefined;
  // AWS refuses a network with host bits set.
  return maskTo(written.first, written.bits) === written.first ? written : undefined;
}

/** The network of an address with host bits set; undefined if there are none, or the prefix is not allowed. */
function clearHostBits(text: string): string | undefined {
  const written = readWritten(text);
  if (written === undefined || written.bits < 8) return undefined;
  const first = maskTo(written.first, written.bits);
  if (first === written.first) return undefined;
  const numbers = [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256);
  return `${numbers.join(".")}/${written.bits}`;
}

function readWritten(text: string): Network | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text);
  // 010 is 10 to some readers and 8 to others, and AWS refuses it.
  if (match === null || match.slice(1).some((number) => /^0\d/.test(number))) return undefined;
  const [a = 0, b = 0, c = 0, d = 0, bits = 0] = match.slice(1).map(Number);
  if (Math.max(a, b, c, d) > 255 || bits > 32) return undefined;
  return { first: a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d, bits };
}

function maskTo(address: number, bits: number): number {
  const size = 2 ** (32 - bits);
  return Math.floor(address / size) * size;
}
