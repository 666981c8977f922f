import { isIP } from "node:net";
import { checkServerIdentity, type PeerCertificate } from "node:tls";
import { createClient } from "@redis/client";
import type { RedisSettings } from "../settings.ts";

export type Connection = ReturnType<typeof createRedisConnection>;

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Time between two attempts to reach a lost node, in milliseconds. */
export const retryMs = 50;

/**
 * A connection to one node, for writes; look-ups have their own kind. Commands are refused at once while it is down: waiting belongs to the caller, who may know
 * another node by then.
 */
export function createRedisConnection(settings: RedisSettings, address: Address) {
  const common = { host: address.host, port: address.port, connectTimeout: 1000 };
  return createClient({
    // RESP2: a GET is answered by a plain bulk string, and no push types have to be told apart.
    RESP: 2,
    socket: {
      ...common,
      reconnectStrategy: () => retryMs,
      ...(settings.tls ? { tls: true as const, ...describeTls(settings, address) } : {}),
    },
    ...(settings.password === undefined ? {} : { password: settings.password }),
    disableOfflineQueue: true,
    disableClientInfo: true,
    maintNotifications: "disabled",
    // The library's own limit arms an AbortSignal per command, which costs more than the command.
    commandOptions: { timeout: 0 },
  });
}

/** How the node's certificate is verified; the authorities are Node's. */
export function describeTls(settings: RedisSettings, address: Address) {
  return {
    ...(isIP(address.host) === 0 ? { servername: address.host } : {}),
    checkServerIdentity: (host: string, certificate: PeerCertificate) =>
      checkIdentity([address.host, settings.host, host], certificate),
  };
}

/**
 * A cluster announces its nodes by address; their certificate may be in the name of the address or of the cluster's
 * endpoint. Both were named by somebody we trust, the operator or a node with a certificate of the authority.
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
