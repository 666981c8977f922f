import type {
  Configuration,
  interactionPolicy,
  KoaContextWithOIDC,
  errors as OAuth2Errors,
} from "oidc-provider";
import { idTokenAlgorithms } from "../configuration/bounds.ts";
import { deriveKey } from "../derived-key.ts";
import { nameCookie } from "../headers/gateway-cookies.ts";
import type { Login } from "../login/login.ts";
import type { Primaries } from "../redis/primaries.ts";
import type { ServedConfiguration } from "../routing/served.ts";
import type { ProofNonces } from "../tokens/nonces.ts";
import { openidScopes } from "../tokens/scopes.ts";
import { RedisAdapter } from "./adapter.ts";
import { ClientAdapter } from "./client-adapter.ts";
import { createAssertionCheck } from "./client-assertions.ts";
import { interaction, routes } from "./endpoints.ts";
import { lifetimes } from "./lifetimes.ts";
import { listPageOrigins } from "./page-origins.ts";
import { createPages } from "./pages.ts";
import type { UnitsOfWork } from "./request-transaction.ts";
import { describeResource } from "./resources.ts";
import type { SigningKey } from "./signing-key.ts";

export interface ConfigurationParts {
  readonly issuer: URL;
  readonly primaries: Primaries;
  readonly units: UnitsOfWork;
  readonly secret: string;
  readonly keys: readonly SigningKey[];
  readonly nonces: ProofNonces;
  readonly errors: typeof OAuth2Errors;
  readonly loginPolicy: interactionPolicy.DefaultPolicy;
  readonly readConfiguration: () => ServedConfiguration;
  /** Opened at its first use. */
  readonly readLogin: () => Promise<Login>;
}

/** Scope with which a confidential client may introspect tokens of other clients. */
const introspectionScope = "token:introspect";
const signatureAlgorithms = ["ES256", "EdDSA", "Ed25519", "PS256", "RS256"] as const;

/** RFC 9700 in the library's terms: unused features are off, and nothing relies on a default that may change. */
export function createConfiguration(parts: ConfigurationParts): Configuration {
  const { issuer, primaries, units, errors, readConfiguration, readLogin } = parts;
  const secure = issuer.protocol === "https:";
  const pages = createPages(issuer, readLogin);
  const findClient = (id: string) => readConfiguration().clients.get(id);
  const algorithms = idTokenAlgorithms.filter((one) => parts.keys.some(({ alg }) => alg === one));
  return {
    adapter: (kind: string) =>
      kind === "Client"
        ? new ClientAdapter(findClient, algorithms)
        : new RedisAdapter(kind, { primaries, units, findClient }),
    routes,
    jwks: { keys: [...parts.keys] },
    responseTypes: ["code"],
    scopes: [...openidScopes],
    claims: { openid: ["sub"], profile: ["name"], email: ["email"] },
    clientDefaults: { id_token_signed_response_alg: algorithms[0] },
    clientAuthMethods: ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"],
    assertJwtClientAuthClaimsAndHeader: createAssertionCheck(errors),
    enabledJWA: {
      idTokenSigningAlgValues: algorithms,
      clientAuthSigningAlgValues: [...signatureAlgorithms],
      dPoPSigningAlgValues: [...signatureAlgorithms],
    },
    pkce: { required: () => true },
    allowOmittingSingleRegisteredRedirectUri: false,
    // Every access token has an audience, so claims are in the ID token.
    conformIdTokenClaims: false,
    clockTolerance: 5,
    cookies: {
      // Browsers enforce the prefix: only this host, over TLS, can set these cookies.
      names: {
        session: nameCookie("session", "__Host-", secure),
        interaction: nameCookie("interaction", "__Secure-", secure),
        resume: nameCookie("resume", "__Secure-", secure),
      },
      keys: [deriveKey(parts.secret, "dmm-env cookies").toString("base64url")],
      long: { signed: true, httpOnly: true, sameSite: "lax", secure },
      short: { signed: true, httpOnly: true, sameSite: "lax", secure },
    },
    ttl: {
      AccessToken: lifetimes.accessToken,
      ClientCredentials: lifetimes.accessToken,
      AuthorizationCode: lifetimes.authorizationCode,
      DeviceCode: lifetimes.deviceCode,
      IdToken: lifetimes.idToken,
      Interaction: lifetimes.interaction,
      RefreshToken: lifetimes.refreshToken,
      Session: lifetimes.session,
      Grant: lifetimes.grant,
    },
    issueRefreshToken: async (_context, client) => client.grantTypeAllowed("refresh_token"),
    rotateRefreshToken: true,
    // A device stays connected when the browser that authorized it signs out; an application does not, unless it
    // requested offline access.
    expiresWithSession: async (_context, source) =>
      source.kind !== "DeviceCode" && !source.scopes.has("offline_access"),
    // Revoking a token revokes the grant: the user must consent again.
    revokeGrantPolicy: () => true,
    findAccount: async (_context, id) => {
      const account = await (await readLogin()).findAccount(id);
      if (account === undefined) return undefined;
      const { name, email } = account;
      return { accountId: id, claims: async () => ({ sub: id, name, ...(email ? { email } : {}) }) };
    },
    clientBasedCORS: (_context, origin, client) =>
      client.clientAuthMethod === "none" && listPageOrigins(client.redirectUris ?? []).includes(origin),
    interactions: { policy: parts.loginPolicy, url: (_context, { uid }) => `${interaction}${uid}` },
    renderError: pages.showError,
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      revocation: {
        enabled: true,
        // RFC 7009 section 2.1: only the client that a token was issued to may revoke it; another client gets an
        // error.
        allowedPolicy: async (_context, client, token) => {
          if (token.clientId === client.clientId) return true;
          throw new errors.InvalidGrant("the token was issued to another client");
        },
      },
      introspection: {
        enabled: true,
        allowedPolicy: async (_context, client, token) =>
          token.clientId === client.clientId ||
          (client.clientAuthMethod !== "none" &&
            readConfiguration().clients.get(client.clientId)?.scopes.includes(introspectionScope) === true),
      },
      // The library's endpoint accepts tokens without an audience only, and there are none.
      userinfo: { enabled: false },
      dPoP: {
        enabled: true,
        allowReplay: false,
        nonceSecret: parts.nonces.secret,
        requireNonce: () => parts.nonces.demanded,
      },
      pushedAuthorizationRequests: { enabled: true, allowUnregisteredRedirectUris: false },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: pages.showLogout,
        postLogoutSuccessSource: pages.showLoggedOut,
      },
      deviceFlow: {
        enabled: true,
        charset: "base-20",
        mask: "****-****",
        deviceInfo: (context) => ({ ip: context.ip }),
        userCodeInputSource: pages.showDeviceInput,
        userCodeConfirmSource: pages.showDeviceConfirmation,
        successSource: pages.showDeviceConnected,
      },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => issuer.origin,
        useGrantedResource: () => true,
        getResourceServerInfo: (context, resource, client) =>
          describeResource(describeRequest(context, resource, client.clientId), {
            origin: issuer.origin,
            served: readConfiguration(),
            errors,
          }),
      },
    },
  };
}

const asking = new Set(["authorization", "pushed_authorization_request", "device_authorization"]);

function describeRequest({ oidc }: KoaContextWithOIDC, resource: string, clientId: string) {
  const { scope, grant_type: grantType } = oidc.params ?? {};
  return {
    resource,
    clientId,
    scope: typeof scope === "string" ? scope : undefined,
    forPerson: grantType !== "client_credentials",
    asks: asking.has(oidc.route),
  };
}
