import { isIP } from "node:net";
import { checkServerIdentity, type PeerCertificate } from "node:tls";
import type { RedisSettings } from "../settings.ts";

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Time between two attempts to reach a lost node, in milliseconds. */
export const retryMs = 50;

/** TLS options for a node's certificate; the authorities are Node's. */
export function describeTls(settings: RedisSettings, address: Address) {
  return {
    ...(isIP(address.host) === 0 ? { servername: address.host } : {}),
    checkServerIdentity: (host: string, certificate: PeerCertificate) =>
      checkIdentity([address.host, settings.host, host], certificate),
  };
}

/**
 * A cluster announces its nodes by address; their certificate may name the address or the cluster's endpoint. Both
 * come from a trusted source: the operator, or a node with a valid certificate.
 */
function checkIdentity(names: readonly string[], certificate: PeerCertificate): Error | undefined {
  let first: Error | undefined;
  for (const name of names) {
    const error = checkServerIdentity(name, certificate);
    if (error === undefined) return undefined;
    first ??= error;
  }
  return first;
}
