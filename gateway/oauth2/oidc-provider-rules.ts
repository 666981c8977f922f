import { hash } from "node:crypto";
import { hashClientSecret, matchesClientSecret } from "../configuration/client-secret.ts";
import type { Context } from "../login/context.ts";
import type { Login } from "../login/login.ts";
import type { Primaries } from "../redis/primaries.ts";
import type { ReplayMemory } from "../tokens/replay-memory.ts";
import { computeGrantTag } from "../tokens/token-key.ts";
import { devicePollSeconds, lifetimes } from "./lifetimes.ts";
import type { Library } from "./oidc-provider.ts";
import type { LibraryRules, StoredDeviceCode } from "./oidc-provider-patches.ts";

/** Slightly less than the advertised interval: a device's clock and the network are inexact. */
const leastPollMs = devicePollSeconds * 1000 - 500;

/** Accepted clock skew of a proof, in seconds; the proof must be remembered that much longer. */
const proofAheadSeconds = 300;

/** Requests that store something in Redis before any authentication, by the library's names of endpoints. */
const beginnings = new Set(["authorization", "device_authorization", "pushed_authorization_request"]);

export interface LibraryRulesParts {
  readonly primaries: Primaries;
  readonly memory: ReplayMemory;
  readonly errors: Library["errors"];
  /** Key of the hashes of client secrets. */
  readonly clientSecretKey: string;
  readonly readLogin: () => Promise<Login>;
  /** Seconds to wait, 0 if another authorization may begin from this address. */
  readonly countBeginning: (address: string) => Promise<number>;
}

/** The rules in which this server deviates from the library. */
export function createLibraryRules(parts: LibraryRulesParts): LibraryRules {
  const { primaries, memory, errors, clientSecretKey, readLogin, countBeginning } = parts;
  return {
    matchesSecret: ({ clientId, clientSecret }, presented) =>
      matchesClientSecret(clientSecret, hashClientSecret(clientSecretKey, clientId, presented)),
    // One response mode, and none that needs a script. The library refuses other types right afterwards, with the
    // proper error.
    isResponseModeAllowed: (mode, type) => mode === "query" || type !== "code",
    isFirstProof: (issuer, id, expiresAt) =>
      memory.isFirst("oauth2", [issuer, id], expiresAt - Date.now() / 1000 + proofAheadSeconds),
    isKnownAccount: async (accountId) => (await (await readLogin()).findAccount(accountId)) !== undefined,
    tagGrant: computeGrantTag,
    limitPolling: async (code) => {
      const key = `oauth2:poll:${hash("sha256", code, "base64url")}`;
      const command = ["SET", key, "1", "NX", "PX", String(leastPollMs)];
      if ((await primaries.read(key, command)) !== "OK") throw new errors.SlowDown();
    },
    decideOnce: (code) => decideOnce(memory, code),
    limitBeginnings: async (context) => {
      if (!isUnauthenticated(context)) return;
      const seconds = await countBeginning(context.ip);
      if (seconds === 0) return;
      context.set("retry-after", String(seconds));
      const error = new errors.TemporarilyUnavailable("too many authorization requests from this address");
      throw Object.assign(error, { status: 429, statusCode: 429 });
    },
  };
}

async function decideOnce(memory: ReplayMemory, { jti, userCode }: StoredDeviceCode): Promise<void> {
  if (await memory.isFirst("device-code", [jti], lifetimes.deviceCode)) return;
  const { AlreadyUsedError } = await import("oidc-provider/lib/helpers/re_render_errors.js");
  throw new AlreadyUsedError(userCode);
}

/** A confidential client has authenticated by then; a login request has not. */
function isUnauthenticated({ oidc }: Context): boolean {
  if (!beginnings.has(oidc.route)) return false;
  return oidc.route === "authorization" || oidc.client?.tokenEndpointAuthMethod === "none";
}
