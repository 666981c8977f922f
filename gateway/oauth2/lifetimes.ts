const minute = 60;
const day = 24 * 3600;

/** How long things live, in seconds. */
export const lifetimes = {
  accessToken: 10 * minute,
  authorizationCode: 1 * minute,
  deviceCode: 10 * minute,
  idToken: 1 * 3600,
  /** Of a login and consent that somebody is in the middle of. */
  interaction: 15 * minute,
  /** Since its last rotation. */
  refreshToken: 14 * day,
  /** Since the last visit. */
  session: 14 * day,
  /** Of a consent, and so of everything that follows from it, however often it is refreshed. */
  grant: 90 * day,
  pushedRequest: 1 * minute,
  /** Of a copy of the metadata or the key set, as `max-age` says. */
  published: 5 * minute,
} as const;

/** Longest time between two looks of a gateway for rotated keys, in seconds. */
export const longestKeysCheckSeconds = 5 * minute;

/** Least time between two polls with one device code (RFC 8628 3.5), in seconds. */
export const devicePollSeconds = 5;
