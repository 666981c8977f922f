import type { Adapter, AdapterPayload } from "oidc-provider";
import type { Client } from "../routing/route.ts";

/** Clients come from the configuration that the gateway serves; the server only reads them, every time. */
export class ClientAdapter implements Adapter {
  readonly #find: (id: string) => Client | undefined;

  constructor(find: (id: string) => Client | undefined) {
    this.#find = find;
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    const client = this.#find(id);
    return client === undefined ? undefined : describeClient(client);
  }

  async upsert(): Promise<undefined> {}
  async findByUid(): Promise<undefined> {}
  async findByUserCode(): Promise<undefined> {}
  async consume(): Promise<undefined> {}
  async destroy(): Promise<undefined> {}
  async revokeByGrantId(): Promise<undefined> {}
}

/** The client in the terms of RFC 7591; `undefined` for a confidential one that has no secret yet. */
function describeClient(client: Client): AdapterPayload | undefined {
  if (!client.public && client.secretHash === undefined) return undefined;
  const redirected = client.redirectUris.length > 0 && client.grantTypes.includes("authorization_code");
  return {
    client_id: client.id,
    client_name: client.description === "" ? client.id : client.description,
    ...(client.public
      ? { token_endpoint_auth_method: "none" }
      : { token_endpoint_auth_method: "client_secret_basic", client_secret: client.secretHash }),
    application_type: client.public && client.redirectUris.some(isOfAnApp) ? "native" : "web",
    grant_types: client.grantTypes.filter((type) => redirected || type !== "authorization_code"),
    redirect_uris: redirected ? [...client.redirectUris] : [],
    response_types: redirected ? ["code"] : [],
  } as AdapterPayload;
}

/** RFC 8252 7: an app's own scheme, or a port on loopback that changes from start to start. */
function isOfAnApp(uri: string): boolean {
  return !uri.startsWith("https:");
}
