import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";

/** Where a gateway receives notifications of a new version, on its serving port; never through the balancer. */
export const notificationPath = "/internal/configuration";

/** How long a notification is valid, in milliseconds; clocks in one region differ by far less. */
const lifetimeMs = 30_000;

/** The signed fields: replayed elsewhere or later they are worthless. */
export interface Notification {
  /** Destination address and port, as in `Host`. */
  readonly authority: string;
  /** Destination path; by default that of new versions. */
  readonly path?: string;
  /** Milliseconds since 1970. */
  readonly sentAt: number;
  readonly body: string;
}

/**
 * The notification key. The admin site and the gateways share only the database password; the key is derived from
 * it, so that neither reveals the other.
 */
export function deriveNotificationKey(databasePassword: string): Buffer {
  return Buffer.from(hkdfSync("sha256", databasePassword, "dmm-env", "notices of configuration", 32));
}

export function signNotification(
  key: Buffer,
  { authority, path = notificationPath, sentAt, body }: Notification,
): string {
  return createHmac("sha256", key).update(`${path}\n${authority}\n${sentAt}\n${body}`).digest("hex");
}

/** Compares in constant time. */
export function isAuthentic(
  key: Buffer,
  notification: Notification,
  signature: string,
  now = Date.now(),
): boolean {
  if (!(Math.abs(now - notification.sentAt) <= lifetimeMs)) return false;
  const expected = Buffer.from(signNotification(key, notification));
  const presented = Buffer.from(signature);
  return expected.length === presented.length && timingSafeEqual(expected, presented);
}

/** A gateway's response: the version that all its workers serve, and the one that it refused. */
export interface Acknowledgement {
  readonly instance: string;
  readonly state: string;
  readonly version: number;
  readonly refused?: { readonly version: number; readonly reason: string };
  /** Why it could not read a newer version, if it failed. */
  readonly unread?: string;
}
