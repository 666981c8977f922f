/** Paths of the library's endpoints. */
export const routes = {
  authorization: "/oauth2/authorize",
  token: "/oauth2/token",
  revocation: "/oauth2/revoke",
  introspection: "/oauth2/introspect",
  jwks: "/oauth2/jwks",
  pushed_authorization_request: "/oauth2/par",
  device_authorization: "/oauth2/device_authorization",
  code_verification: "/oauth2/device",
  end_session: "/oauth2/logout",
} as const;

/** Served by the gateway instead of the library. */
export const userinfo = "/oauth2/userinfo";
/** Where users change their passwords. */
export const passwordChange = "/oauth2/password";
export const interaction = "/oauth2/interaction/";

export const metadata = "/.well-known/oauth-authorization-server";
export const openidMetadata = "/.well-known/openid-configuration";

/** Methods by path, for 405 responses. */
const methods: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  [routes.authorization, ["GET"]],
  [routes.token, ["POST"]],
  [routes.revocation, ["POST"]],
  [routes.introspection, ["POST"]],
  [routes.jwks, ["GET"]],
  [routes.pushed_authorization_request, ["POST"]],
  [routes.device_authorization, ["POST"]],
  [routes.code_verification, ["GET", "POST"]],
  [routes.end_session, ["GET", "POST"]],
  [`${routes.end_session}/confirm`, ["POST"]],
  [`${routes.end_session}/success`, ["GET"]],
  [userinfo, ["GET", "POST"]],
  [passwordChange, ["GET", "POST"]],
  [metadata, ["GET"]],
  [openidMetadata, ["GET"]],
]);

/** Paths followed by one segment, which names an interaction. */
const parents = [`${routes.authorization}/`, `${routes.code_verification}/`, interaction];

/**
 * Whether the OAuth2 server serves this path; all others use the route table. A trailing slash makes a different
 * path: the library would treat both as equal, the gateway in front of it would not.
 */
export function isOwnPath(path: string): boolean {
  if (methods.has(path)) return true;
  return !path.endsWith("/") && parents.some((parent) => path.startsWith(parent));
}

/** Methods of a path, `undefined` where its last segment varies. */
export function readMethods(path: string): readonly string[] | undefined {
  return methods.get(path);
}
