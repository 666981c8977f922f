import type { Middleware } from "../login/context.ts";
import type { ServedConfiguration } from "../routing/served.ts";
import { routes } from "./endpoints.ts";

/** Endpoints where clients authenticate: only pages of registered clients may read their responses. */
const clientPaths: ReadonlySet<string> = new Set([
  routes.token,
  routes.revocation,
  routes.introspection,
  routes.pushed_authorization_request,
  routes.device_authorization,
]);

/** Response header fields that a page needs for a retry. */
const readable = "DPoP-Nonce, Retry-After, WWW-Authenticate";

/**
 * Origins of a client's pages. URIs of native apps have none: `null`, which a parser returns for them, is the
 * origin of any sandboxed page.
 */
export function listPageOrigins(redirectUris: readonly string[]): readonly string[] {
  return redirectUris.flatMap((uri) => {
    const { protocol = "", origin = "" } = URL.parse(uri) ?? {};
    return protocol === "https:" || protocol === "http:" ? [origin] : [];
  });
}

/**
 * The library allows every origin until it knows the client, and preflights name none. Here an origin that belongs
 * to no public client is refused, whatever the response. https://fetch.spec.whatwg.org/#http-cors-protocol
 */
export function limitSharing(readConfiguration: () => ServedConfiguration): Middleware {
  const known = new WeakMap<ServedConfiguration, ReadonlySet<string>>();
  const listOrigins = (): ReadonlySet<string> => {
    const configuration = readConfiguration();
    const origins = known.get(configuration) ?? gatherOrigins(configuration);
    known.set(configuration, origins);
    return origins;
  };
  return async function shareWithClients(context, next) {
    await next();
    const origin = context.get("origin");
    if (origin === "" || !clientPaths.has(context.path)) return;
    const isShared = context.response.get("access-control-allow-origin") !== "";
    if (!isShared || !listOrigins().has(origin)) {
      for (const name of Object.keys(context.response.headers))
        if (name.startsWith("access-control-")) context.remove(name);
    } else if (context.method !== "OPTIONS") context.set("access-control-expose-headers", readable);
  };
}

function gatherOrigins({ clients }: ServedConfiguration): ReadonlySet<string> {
  const known = [...clients.values()].filter((client) => client.public);
  return new Set(known.flatMap(({ redirectUris }) => listPageOrigins(redirectUris)));
}
