import type { Adapter, AdapterPayload } from "oidc-provider";
import type { Client } from "../routing/route.ts";

/**
 * Clients come from the configuration that the gateway serves; the server reads them at every use and never writes
 * them.
 */
export class ClientAdapter implements Adapter {
  readonly #find: (id: string) => Client | undefined;
  readonly #algorithms: readonly string[];

  /** `algorithms` are those that have keys, the default first. */
  constructor(find: (id: string) => Client | undefined, algorithms: readonly string[]) {
    this.#find = find;
    this.#algorithms = algorithms;
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    const client = this.#find(id);
    return client === undefined ? undefined : describeClient(client, this.#algorithms);
  }

  async upsert(): Promise<undefined> {}
  async findByUid(): Promise<undefined> {}
  async findByUserCode(): Promise<undefined> {}
  async consume(): Promise<undefined> {}
  async destroy(): Promise<undefined> {}
  async revokeByGrantId(): Promise<undefined> {}
}

/** The client in the terms of RFC 7591; `undefined` for one without credentials yet. */
function describeClient(client: Client, algorithms: readonly string[]): AdapterPayload | undefined {
  const authentication = describeAuthentication(client);
  if (authentication === undefined) return undefined;
  const { idTokenSignedResponseAlg: algorithm } = client;
  const redirected = client.redirectUris.length > 0 && client.grantTypes.includes("authorization_code");
  return {
    client_id: client.id,
    client_name: client.description === "" ? client.id : client.description,
    ...authentication,
    application_type: client.public && client.redirectUris.some(isOfAnApp) ? "native" : "web",
    grant_types: client.grantTypes.filter((type) => redirected || type !== "authorization_code"),
    redirect_uris: redirected ? [...client.redirectUris] : [],
    post_logout_redirect_uris: redirected ? [...client.postLogoutRedirectUris] : [],
    response_types: redirected ? ["code"] : [],
    require_pushed_authorization_requests: client.requirePushedAuthorizationRequests,
    dpop_bound_access_tokens: client.dpopBoundAccessTokens,
    // Where an operator supplies keys of one type only, clients that expect another miss only a valid ID token.
    id_token_signed_response_alg: algorithms.includes(algorithm) ? algorithm : algorithms[0],
  } as AdapterPayload;
}

function describeAuthentication({
  tokenEndpointAuthMethod: method,
  secretHash,
  jwks,
}: Client): object | undefined {
  if (method === "none") return { token_endpoint_auth_method: method };
  if (method === "private_key_jwt")
    return jwks === null ? undefined : { token_endpoint_auth_method: method, jwks };
  if (method !== "client_secret_basic" || secretHash === undefined) return undefined;
  return { token_endpoint_auth_method: method, client_secret: secretHash };
}

/** RFC 8252 section 7: an app's private-use scheme, or a loopback port that changes with each start. */
function isOfAnApp(uri: string): boolean {
  return !uri.startsWith("https:");
}
