import type { IncomingMessage, ServerResponse } from "node:http";
import type { Configuration, errors as OAuth2Errors } from "oidc-provider";
import type { Logger } from "../logger.ts";
import type { Primaries } from "../redis/primaries.ts";
import { RedisUnavailableError } from "../redis/unavailable.ts";
import type { OwnEndpoints } from "../request/entrance.ts";
import type { ServedConfiguration } from "../routing/served.ts";
import { ClientAdapter, RedisAdapter } from "./adapter.ts";
import { hashClientSecret, matchesClientSecret } from "./client-secret.ts";
import { createSigningKeys } from "./signing-keys.ts";

export interface OAuth2Parts {
  readonly issuer: URL;
  readonly primaries: Primaries;
  readonly logger: Logger;
  readonly clientSecretKey: string;
  readonly readConfiguration: () => ServedConfiguration;
}

const paths = {
  token: "/oauth2/token",
  revocation: "/oauth2/revoke",
  introspection: "/oauth2/introspect",
  jwks: "/oauth2/jwks",
} as const;
const metadata = "/.well-known/oauth-authorization-server";
const owned: ReadonlySet<string> = new Set([...Object.values(paths), metadata]);

/** How long an access token lives, in seconds. */
const accessTokenSeconds = 600;

/**
 * The OAuth2 server (RFC 6749, 7009, 7662, 8414). `oidc-provider` is loaded here, after the listener is open: it is
 * the heaviest module of the image.
 */
export async function createOAuth2Server(parts: OAuth2Parts): Promise<OwnEndpoints> {
  const { Provider, errors } = await import("oidc-provider");
  const provider = new Provider(parts.issuer.origin, createConfiguration(parts, errors));
  // TLS ends at the balancer.
  provider.proxy = true;
  // The stored client secret is a keyed hash, so what is presented is hashed before it is compared.
  const { prototype } = provider.Client as unknown as { prototype: ClientPrototype };
  prototype.compareClientSecret = function compare(presented) {
    const hash = hashClientSecret(parts.clientSecretKey, this.clientId, presented);
    return matchesClientSecret(this.clientSecret, hash);
  };
  const lost = new WeakSet<IncomingMessage>();
  provider.on("server_error", (context, error) => {
    if (error instanceof RedisUnavailableError) lost.add(context.req);
    else parts.logger.error({ error }, "OAuth2 server failed");
  });
  provider.use(async (context, next) => {
    await next();
    // The library's own answer for a lost store would be a 500, which a client must not repeat.
    if (lost.has(context.req)) {
      context.status = 503;
      context.set("Retry-After", "1");
      context.body = {
        error: "temporarily_unavailable",
        error_description: "The token store is not available.",
      };
    }
  });
  const callback = provider.callback();
  return {
    owns: (path) => owned.has(path),
    serve: (request, response) => serve(parts.issuer, callback, request, response),
  };
}

interface ClientPrototype {
  readonly clientId: string;
  readonly clientSecret: string;
  compareClientSecret(this: ClientPrototype, presented: string): boolean;
}

/** The server derives addresses from the Host header: it is told the issuer's, whatever the request says. */
function serve(
  issuer: URL,
  callback: (request: IncomingMessage, response: ServerResponse) => unknown,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  request.headers.host = issuer.host;
  request.headers["x-forwarded-proto"] = issuer.protocol.slice(0, -1);
  delete request.headers["x-forwarded-host"];
  callback(request, response);
}

function createConfiguration(parts: OAuth2Parts, errors: typeof OAuth2Errors): Configuration {
  const { issuer, primaries, readConfiguration } = parts;
  return {
    adapter: (kind: string) =>
      kind === "Client"
        ? new ClientAdapter((id) => readConfiguration().clients.get(id))
        : new RedisAdapter(kind, primaries),
    routes: paths,
    jwks: createSigningKeys(),
    clientDefaults: { id_token_signed_response_alg: "ES256" },
    // Login is not part of the server yet: what would need a person is not offered.
    responseTypes: [],
    scopes: [],
    clientAuthMethods: ["client_secret_basic", "client_secret_post"],
    ttl: {
      ClientCredentials: accessTokenSeconds,
      AccessToken: accessTokenSeconds,
    },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      revocation: {
        enabled: true,
        // RFC 7009 2.1: a token is revoked by the client that it was issued to.
        allowedPolicy: async (_context, client, token) => token.clientId === client.clientId,
      },
      introspection: {
        enabled: true,
        allowedPolicy: async (_context, client, token) => token.clientId === client.clientId,
      },
      userinfo: { enabled: false },
      // What the request path does not check yet must not be offered.
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => issuer.origin,
        getResourceServerInfo: (context, resource, client) => {
          if (resource !== issuer.origin) throw new errors.InvalidTarget();
          // Asked for every time, because scopes change while the server runs.
          const allowed = readConfiguration().clients.get(client.clientId)?.scopes ?? [];
          const wanted = String(context.oidc.params?.scope ?? "").split(" ");
          const refused = wanted.find((scope) => scope !== "" && !allowed.includes(scope));
          if (refused !== undefined) throw new errors.InvalidScope("requested scope is not allowed", refused);
          return {
            scope: allowed.join(" "),
            audience: issuer.origin,
            accessTokenFormat: "opaque",
            accessTokenTTL: accessTokenSeconds,
          };
        },
      },
    },
  };
}
