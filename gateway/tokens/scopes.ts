import type { Client } from "../routing/route.ts";

/** Scopes of OpenID Connect, which every client that signs people in may ask for. */
export const openidScopes = ["openid", "profile", "email", "offline_access"] as const;
const always: ReadonlySet<string> = new Set(openidScopes);

/** Clients as they are served now; a change makes new ones. Tokens of one client have few different scopes. */
const kept = new WeakMap<Client, Map<string, string>>();
const mostKept = 200;

/** What a token's scope still is: scopes that its client lost count no more. */
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
