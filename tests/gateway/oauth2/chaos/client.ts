import { randomUUID } from "node:crypto";
import { Agent, fetch } from "undici";
import type { Chance } from "../../chance.ts";
import { createRequest } from "../authorize.ts";
import { Browser } from "../browser.ts";
import { issuer, redirectUri } from "../started-server.ts";

export interface TokenResponse {
  readonly status: number;
  readonly error: string | undefined;
  readonly description: string | undefined;
  readonly accessToken: string;
  readonly refreshToken: string;
}

export interface Login {
  readonly code: string;
  readonly verifier: string;
}

/**
 * Each request has a separate connection: a persistent one may be closed by its gateway just when it is reused.
 */
const dispatcher = new Agent({ pipelining: 0 });

/** Longest time that a client retries after 503, in milliseconds. */
const patienceMs = 60_000;

/** A public client that uses any of the gateways, as through a balancer, and retries after 503. */
export class ChaosClient {
  readonly #origins: readonly string[];
  readonly #chance: Chance;
  #address = 0;

  constructor(origins: readonly string[], chance: Chance) {
    this.#origins = origins;
    this.#chance = chance;
  }

  get #origin(): string {
    return this.#chance.pick(this.#origins);
  }

  /** A new user signs in and allows everything. After an error page the flow starts over. */
  async logIn(): Promise<Login> {
    for (const deadline = Date.now() + patienceMs; ; ) {
      try {
        return await this.#logInOnce();
      } catch (error) {
        if (Date.now() > deadline) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }

  async #logInOnce(): Promise<Login> {
    this.#address = (this.#address + 1) % 250;
    const browser = new Browser(issuer, this.#origin, `192.0.2.${this.#address}`);
    const request = await createRequest();
    const name = `u${randomUUID().slice(0, 12)}`;
    const page = await browser.open(request.url);
    const consent = await browser.submit(page, "/login", { name, password: "development" });
    const { url } = await browser.submit(consent, "/consent");
    const code = url.searchParams.get("code");
    if (code === null) throw new Error(`No code: ${url}`);
    return { code, verifier: request.verifier };
  }

  redeem({ code, verifier }: Login): Promise<TokenResponse> {
    return this.#ask({
      grant_type: "authorization_code",
      redirect_uri: redirectUri,
      code,
      code_verifier: verifier,
    });
  }

  refresh(token: string): Promise<TokenResponse> {
    return this.#ask({ grant_type: "refresh_token", refresh_token: token });
  }

  /** One attempt, ignoring the response. */
  refreshOnce(token: string): Promise<TokenResponse> {
    return this.#askOnce({ grant_type: "refresh_token", refresh_token: token });
  }

  /** Resolves when the revocation is acknowledged. */
  async revoke(token: string): Promise<void> {
    for (const deadline = Date.now() + patienceMs; ; ) {
      const { status } = await this.#post("/oauth2/revoke", { token });
      if (status === 200) return;
      if (status !== 503 || Date.now() > deadline) throw new Error(`A revocation got a ${status}.`);
    }
  }

  /** Status of an API's response, at one gateway or at each of them. */
  async use(token: string): Promise<number> {
    const response = await fetch(`${this.#origin}/verify/echo`, {
      headers: { authorization: `Bearer ${token}` },
      dispatcher,
    });
    await response.arrayBuffer();
    return response.status;
  }

  /** Retries until the result is certain. */
  async useUntilKnown(token: string): Promise<number> {
    for (const deadline = Date.now() + patienceMs; ; ) {
      const status = await this.use(token);
      if (status !== 503 || Date.now() > deadline) return status;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async #ask(fields: Record<string, string>): Promise<TokenResponse> {
    for (const deadline = Date.now() + patienceMs; ; ) {
      const response = await this.#askOnce(fields);
      if (response.status !== 503 || Date.now() > deadline) return response;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async #askOnce(fields: Record<string, string>): Promise<TokenResponse> {
    const { status, json } = await this.#post("/oauth2/token", fields);
    return {
      status,
      error: json.error as string | undefined,
      description: json.error_description as string | undefined,
      accessToken: String(json.access_token),
      refreshToken: String(json.refresh_token),
    };
  }

  async #post(path: string, fields: Record<string, string>) {
    const response = await fetch(this.#origin + path, {
      method: "POST",
      body: new URLSearchParams({ client_id: "app", ...fields }),
      dispatcher,
    });
    const text = await response.text();
    return {
      status: response.status,
      json: text === "" ? {} : (JSON.parse(text) as Record<string, unknown>),
    };
  }
}
