import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";

/** Where a gateway hears of a new version, on the port that it serves; never through the balancer. */
export const notificationPath = "/internal/configuration";

/** A notice is good for this long, in milliseconds; clocks of one region differ by far less. */
const lifetimeMs = 30_000;

/** The words that are signed: replayed elsewhere or later they are worth nothing. */
export interface Notification {
  /** Address and port that the notice goes to, as in its `Host`. */
  readonly authority: string;
  /** Where it goes there; a new version's, if none is said. */
  readonly path?: string;
  /** Milliseconds since 1970. */
  readonly sentAt: number;
  readonly body: string;
}

/**
 * The key of notices. The admin site and the gateways share the database's password and nothing else; the key is
 * derived from it, so that neither says anything about the other.
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

/** What a gateway answers: which version all its workers serve now, and which it refused. */
export interface Acknowledgement {
  readonly instance: string;
  readonly state: string;
  readonly version: number;
  readonly refused?: { readonly version: number; readonly reason: string };
  /** Why it could not read what is newer, if it tried and could not. */
  readonly unread?: string;
}
