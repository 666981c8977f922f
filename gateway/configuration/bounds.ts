/** Bounds of a number, set by the database, the gateway or common sense. */
export interface Bounds {
  readonly least: number;
  readonly most: number;
  readonly usual: number;
  readonly unit?: string;
}

const longestMs = 3_600_000;

export const routeLimits = {
  firstByteLimitMs: { least: 1, most: longestMs, usual: 30_000, unit: "ms" },
  idleLimitMs: { least: 1, most: longestMs, usual: 30_000, unit: "ms" },
  wholeLimitMs: { least: 0, most: longestMs, usual: 0, unit: "ms" },
  bodyLimitBytes: { least: 0, most: 10_737_418_240, usual: 10_485_760, unit: "bytes" },
  retries: { least: 0, most: 5, usual: 1 },
} as const satisfies Record<string, Bounds>;

export const rateLimits = {
  /** GCRA spaces requests evenly, so rates below one a second work. */
  perSecond: { least: 0.001, most: 1_000_000, usual: 10 },
  burst: { least: 1, most: 1_000_000, usual: 20 },
} as const satisfies Record<string, Bounds>;

/** Limits of a route's CORS settings. Chromium caches a preflight for two hours at most. */
export const corsLimits = {
  maxAgeSeconds: { least: 0, most: 86_400, usual: 600, unit: "s" },
  entries: 50,
  headers: ["authorization", "content-type", "dpop"],
} as const;

export const upstreamLimits = {
  connectLimitMs: { least: 1, most: 60_000, usual: 1000, unit: "ms" },
  healthIntervalMs: { least: 500, most: 300_000, usual: 5000, unit: "ms" },
  weight: { least: 0, most: 1000, usual: 1 },
} as const satisfies Record<string, Bounds>;

/** Text lengths, as the columns allow. */
export const textLimits = {
  name: 100,
  host: 253,
  path: 500,
  origin: 300,
  description: 300,
  routeScopes: 1000,
  clientScopes: 2000,
  redirectUris: 4000,
} as const;

/** Public keys of one client: room for a rotation or two, and no key that is slow to verify. */
export const clientKeyLimits = { keys: 8, text: 10_000, rsaBits: { least: 2048, most: 4096 } } as const;

export const methods = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"] as const;

export const grantTypes = [
  "authorization_code",
  "client_credentials",
  "refresh_token",
  "urn:ietf:params:oauth:grant-type:device_code",
] as const;

/**
 * Authentication methods (RFC 7591 section 2) that clients may choose. `client_secret_basic` includes
 * `client_secret_post`.
 */
export const authMethods = ["client_secret_basic", "private_key_jwt", "none"] as const;

/** ID token algorithms. RS256 first: every client supports it (OpenID Connect Core section 15.1). */
export const idTokenAlgorithms = ["RS256", "ES256"] as const;

/** Names of APIs, routes and clients: safe in URLs, logs and file names. */
export const namePattern = "^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$";

/** RFC 6749 section 3.3, restricted to characters that need no escaping in URLs and forms. */
export const scopePattern = "^[A-Za-z0-9][A-Za-z0-9._:/-]*$";
