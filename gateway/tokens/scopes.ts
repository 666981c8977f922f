import type { Client } from "../routing/route.ts";

/** OpenID Connect scopes, which every client that signs users in may request. */
export const openidScopes = ["openid", "profile", "email", "offline_access"] as const;
const always: ReadonlySet<string> = new Set(openidScopes);

/** Keyed by the served client; a change creates new objects. Tokens of one client have few different scopes. */
const kept = new WeakMap<Client, Map<string, string>>();
const mostKept = 200;

/** The current scope of a token: without scopes that its client has lost. */
export function keepScopes(scope: string | undefined, client: Client): string | undefined {
  if (scope === undefined) return undefined;
  let known = kept.get(client);
  if (known === undefined || known.size > mostKept) {
    known = new Map();
    kept.set(client, known);
  }
  let left = known.get(scope);
  if (left === undefined) {
    left = scope
      .split(" ")
      .filter((one) => always.has(one) || client.scopes.includes(one))
      .join(" ");
    known.set(scope, left);
  }
  return left;
}
