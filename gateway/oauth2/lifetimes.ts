const minute = 60;
const day = 24 * 3600;

/** Lifetimes in seconds. */
export const lifetimes = {
  accessToken: 10 * minute,
  authorizationCode: 1 * minute,
  deviceCode: 10 * minute,
  idToken: 1 * 3600,
  /** Of a login and consent in progress. */
  interaction: 15 * minute,
  /** Since its last rotation. */
  refreshToken: 14 * day,
  /** Since its last use. */
  session: 14 * day,
  /** Of a consent, and so of everything issued from it, however often it is refreshed. */
  grant: 90 * day,
  pushedRequest: 1 * minute,
  /** Of cached metadata and key sets (`max-age`). */
  published: 5 * minute,
} as const;

/** Maximum interval at which a gateway polls for rotated keys, in seconds. */
export const longestKeysCheckSeconds = 5 * minute;

/** Minimum time between two polls with one device code (RFC 8628 section 3.5), in seconds. */
export const devicePollSeconds = 5;
