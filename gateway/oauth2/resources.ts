import type { errors as OAuth2Errors, ResourceServer } from "oidc-provider";
import type { ServedConfiguration } from "../routing/served.ts";
import { openidScopes } from "../tokens/scopes.ts";
import { lifetimes } from "./lifetimes.ts";

const knownOpenidScopes: ReadonlySet<string> = new Set(openidScopes);

/** A request for a resource: a client with the scope that it requests. */
export interface ResourceRequest {
  readonly resource: string;
  readonly clientId: string;
  /** As requested, separated by spaces. */
  readonly scope: string | undefined;
  /** Whether the client acts for a user, so that OpenID Connect scopes apply. */
  readonly forPerson: boolean;
  /** Whether the user will be asked: then there must be something to consent to. */
  readonly asks: boolean;
}

/**
 * The resource of a token (RFC 8707). There is one, the platform at its own address, because every API is reached
 * through the same gateways, which check scopes by route. Any other is refused.
 */
export function describeResource(
  request: ResourceRequest,
  { origin, served, errors }: { origin: string; served: ServedConfiguration; errors: typeof OAuth2Errors },
): ResourceServer {
  if (request.resource !== origin) throw new errors.InvalidTarget(`resource must be ${origin}`);
  // Evaluated every time, because scopes change while the server runs.
  const client = served.clients.get(request.clientId);
  const allowed = client?.scopes ?? [];
  const wanted = (request.scope ?? "").split(" ").filter((scope) => scope !== "");
  const openid = request.forPerson ? knownOpenidScopes : new Set<string>();
  const refused = wanted.find((scope) => !allowed.includes(scope) && !openid.has(scope));
  if (refused !== undefined) throw new errors.InvalidScope("requested scope is not allowed", refused);
  if (request.asks && wanted.length === 0) throw new errors.InvalidScope("a scope must be requested", "");
  return {
    scope: [...allowed, ...openid].join(" "),
    audience: origin,
    accessTokenFormat: "opaque",
    accessTokenTTL: lifetimes.accessToken,
  };
}
