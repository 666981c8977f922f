import * as oauth from "oauth4webapi";
import { hashClientSecret } from "../../../gateway/configuration/client-secret.ts";
import { hashPassword } from "../../../gateway/users/password.ts";
import { StartedPlatform } from "../started-test-bed.ts";
import { Browser, type Visited } from "./browser.ts";

export const issuer = "https://api.test";
export const redirectUri = "https://app.test/callback";
export const password = "correct mare battery rivet";
const secretKey = "key-of-client-secrets-in-a-test";
export const secret = "secret-of-a-client-in-a-test";

export interface ClientRow {
  readonly public?: boolean;
  readonly scopes?: string;
  readonly grantTypes?: string;
  readonly redirectUris?: string;
  readonly description?: string;
  readonly idTokenSignedResponseAlg?: string;
  /** Public keys, for `private_key_jwt` in place of a secret. */
  readonly keys?: readonly object[];
  readonly requirePushedAuthorizationRequests?: boolean;
  readonly dpopBoundAccessTokens?: boolean;
}

export const deviceGrant = "urn:ietf:params:oauth:grant-type:device_code";

/** A platform with a gateway, clients and one user, and strict clients. */
export class StartedServer {
  readonly platform: StartedPlatform;
  readonly metadata: oauth.AuthorizationServer;

  private constructor(platform: StartedPlatform, metadata: oauth.AuthorizationServer) {
    this.platform = platform;
    this.metadata = metadata;
  }

  /** With `replica`, the first of the three primaries of Redis has one. */
  static async start(
    block: string,
    environment: Record<string, string> = {},
    { replica = false }: { readonly replica?: boolean } = {},
  ): Promise<StartedServer> {
    const platform = await StartedPlatform.start(block, {
      redis: { primaries: 3, replica },
      environment: { CLIENT_SECRET_KEY: secretKey, ISSUER: issuer, ...environment },
    });
    try {
      const { database } = platform.testBed;
      await database.query("INSERT INTO users SET ?", [
        {
          user_id: "person-1",
          name: "ada",
          password_hash: await hashPassword(password),
          display_name: "Ada Lovelace",
          email: "ada@example.test",
          created_at: new Date(),
        },
      ]);
      await database.query(
        "UPDATE scopes SET description = 'Read what is verified' WHERE name = 'verify:read'",
      );
      const response = await fetchAt(platform.gateway.origin)(
        `${issuer}/.well-known/oauth-authorization-server`,
      );
      const metadata = await oauth.processDiscoveryResponse(new URL(issuer), response);
      const started = new StartedServer(platform, metadata);
      await started.addClient("app", {});
      await started.addClient("web", { public: false, description: "The Web Shop" });
      await started.addClient("other", {});
      await started.publish();
      return started;
    } catch (error) {
      await platform.stop();
      throw error;
    }
  }

  get origin(): string {
    return this.platform.gateway.origin;
  }

  /** For every call of a client: the issuer's address leads to the gateway. */
  get options() {
    return { [oauth.customFetch]: fetchAt(this.origin) as never };
  }

  get fetch() {
    return fetchAt(this.origin);
  }

  async addClient(id: string, row: ClientRow): Promise<void> {
    const { database } = this.platform.testBed;
    const isPublic = row.public ?? true;
    await database.query("INSERT INTO clients SET ?", [
      {
        client_id: id,
        public: isPublic,
        description: row.description ?? "",
        secret_hash: isPublic || row.keys !== undefined ? null : hashClientSecret(secretKey, id, secret),
        scopes: row.scopes ?? "verify:read verify:write",
        grant_types: row.grantTypes ?? `authorization_code refresh_token ${deviceGrant}`,
        redirect_uris: row.redirectUris ?? redirectUri,
        ...(row.keys === undefined
          ? {}
          : { token_endpoint_auth_method: "private_key_jwt", jwks: JSON.stringify({ keys: row.keys }) }),
        require_pushed_authorization_requests: row.requirePushedAuthorizationRequests ?? false,
        dpop_bound_access_tokens: row.dpopBoundAccessTokens ?? false,
        id_token_signed_response_alg: row.idTokenSignedResponseAlg ?? "ES256",
      },
    ]);
  }

  publish(): Promise<void> {
    return this.platform.publish();
  }

  browser(address?: string): Browser {
    return new Browser(issuer, this.origin, address);
  }

  /** Posts to an endpoint directly, and reads the response. */
  async post(path: string, body: URLSearchParams | string, headers: Record<string, string> = {}) {
    const response = await fetch(this.origin + path, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
      body: String(body),
      redirect: "manual",
    });
    const text = await response.text();
    const json = text.startsWith("{") ? (JSON.parse(text) as Record<string, unknown>) : {};
    return { status: response.status, headers: response.headers, text, json };
  }

  /** Status of `GET /verify/echo` with this token. */
  async useToken(token: string, scheme = "Bearer", headers: Record<string, string> = {}): Promise<number> {
    const response = await fetch(`${this.origin}/verify/echo`, {
      headers: { authorization: `${scheme} ${token}`, ...headers },
    });
    await response.arrayBuffer();
    return response.status;
  }

  stop(): Promise<void> {
    return this.platform.stop();
  }
}

function fetchAt(origin: string) {
  return (url: string | URL, init?: RequestInit) => {
    const { pathname, search, origin: asked } = new URL(url);
    if (asked !== issuer) throw new Error(`A client was led to ${asked}.`);
    return fetch(origin + pathname + search, init);
  };
}

/** Signs in and allows everything, from the login page to the client's redirect URI. */
export async function signIn(browser: Browser, page: Visited): Promise<Visited> {
  let current = page;
  if (current.text.includes("Sign in</h1>"))
    current = await browser.submit(current, "/login", { name: "ada", password });
  if (current.text.includes("<h1>Allow")) current = await browser.submit(current, "/consent");
  return current;
}
