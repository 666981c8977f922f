import { hash } from "node:crypto";
import type { Adapter, AdapterPayload } from "oidc-provider";
import type { Primaries } from "../redis/primaries.ts";
import type { Client } from "../routing/route.ts";
import { computeTokenKey } from "../tokens/token-key.ts";

/** Kinds that the request path accepts; they share one key, so that it needs one look-up. */
const accessTokens = new Set(["AccessToken", "ClientCredentials"]);
/** Kinds that a grant brings forth, and that die with it. */
const grantable = new Set(["AccessToken", "AuthorizationCode", "RefreshToken", "DeviceCode"]);
/** Marks a revoked grant for as long as anything of it could still be written, in seconds. */
const tombstoneSeconds = 15 * 24 * 3600;

/** Marks the payload as used once, and tells whether this call was the first. */
const consumeScript = `
local stored = redis.call('GET', KEYS[1])
if not stored then return 0 end
local payload = cjson.decode(stored)
if payload.consumed then return 0 end
payload.consumed = tonumber(ARGV[1])
redis.call('SET', KEYS[1], cjson.encode(payload), 'KEEPTTL')
return 1`;

/** What the OAuth2 server stores, at the primaries of a Redis Cluster. Ids are digested: the store lets nobody in. */
export class RedisAdapter implements Adapter {
  readonly #kind: string;
  readonly #primaries: Primaries;

  constructor(kind: string, primaries: Primaries) {
    this.#kind = kind;
    this.#primaries = primaries;
  }

  async upsert(id: string, payload: AdapterPayload, expiresIn: number): Promise<undefined> {
    const key = this.#key(id);
    const { jti: _omitted, ...stored } = payload;
    const text = JSON.stringify(accessTokens.has(this.#kind) ? { ...stored, kind: this.#kind } : stored);
    const grantId = grantable.has(this.#kind) ? payload.grantId : undefined;
    await this.#set(key, text, expiresIn);
    if (payload.uid !== undefined && this.#kind === "Session")
      await this.#set(`uid:${payload.uid}`, id, expiresIn);
    if (payload.userCode !== undefined)
      await this.#set(`user-code:${digest(payload.userCode)}`, id, expiresIn);
    if (grantId === undefined) return;
    const members = `grant:{${grantId}}`;
    await this.#primaries.write(members, ["SADD", members, key]);
    await this.#primaries.write(members, ["EXPIRE", members, String(tombstoneSeconds)]);
    // A grant revoked while this was being written takes it along.
    const tombstone = `revoked:{${grantId}}`;
    if ((await this.#primaries.read(tombstone, ["GET", tombstone])) !== null) await this.#delete(key);
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    const key = this.#key(id);
    const text = await this.#primaries.read(key, ["GET", key]);
    if (typeof text !== "string") return undefined;
    const payload = JSON.parse(text) as AdapterPayload;
    if (accessTokens.has(this.#kind) && payload.kind !== this.#kind) return undefined;
    return { ...payload, jti: id };
  }

  async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    const id = await this.#primaries.read(`uid:${uid}`, ["GET", `uid:${uid}`]);
    return typeof id === "string" ? this.find(id) : undefined;
  }

  async findByUserCode(userCode: string): Promise<AdapterPayload | undefined> {
    const key = `user-code:${digest(userCode)}`;
    const id = await this.#primaries.read(key, ["GET", key]);
    return typeof id === "string" ? this.find(id) : undefined;
  }

  async consume(id: string): Promise<undefined> {
    const key = this.#key(id);
    const now = String(Math.floor(Date.now() / 1000));
    const first = await this.#primaries.write(key, ["EVAL", consumeScript, "1", key, now]);
    // Of several that redeem the same code at once, one wins; for the others it is used up.
    if (first !== 1) throw new AlreadyConsumedError();
  }

  async destroy(id: string): Promise<undefined> {
    await this.#delete(this.#key(id));
  }

  async revokeByGrantId(grantId: string): Promise<undefined> {
    const tombstone = `revoked:{${grantId}}`;
    await this.#primaries.write(tombstone, ["SET", tombstone, "1", "EX", String(tombstoneSeconds)]);
    const members = `grant:{${grantId}}`;
    const keys = (await this.#primaries.read(members, ["SMEMBERS", members])) as string[];
    await Promise.all(keys.map((key) => this.#delete(key)));
    await this.#delete(members);
  }

  #key(id: string): string {
    return accessTokens.has(this.#kind) ? computeTokenKey(id) : `oauth2:${this.#kind}:${digest(id)}`;
  }

  async #set(key: string, text: string, expiresIn: number | undefined): Promise<void> {
    const expiry = expiresIn === undefined ? [] : ["EX", String(Math.max(1, Math.ceil(expiresIn)))];
    await this.#primaries.write(key, ["SET", key, text, ...expiry]);
  }

  async #delete(key: string): Promise<void> {
    await this.#primaries.write(key, ["DEL", key]);
  }
}

/** A code, or another thing of single use, that was used before. */
export class AlreadyConsumedError extends Error {
  constructor() {
    super("This was used before.");
    this.name = "AlreadyConsumedError";
  }
}

/** Clients come from the configuration that the gateway serves; the server only reads them. */
export class ClientAdapter implements Adapter {
  readonly #find: (id: string) => Client | undefined;

  constructor(find: (id: string) => Client | undefined) {
    this.#find = find;
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    const client = this.#find(id);
    if (client?.secretHash === undefined) return undefined;
    return {
      client_id: client.id,
      client_secret: client.secretHash,
      grant_types: [...client.grantTypes],
      redirect_uris: [],
      response_types: [],
      token_endpoint_auth_method: "client_secret_basic",
    };
  }

  async upsert(): Promise<undefined> {}
  async findByUid(): Promise<undefined> {}
  async findByUserCode(): Promise<undefined> {}
  async consume(): Promise<undefined> {}
  async destroy(): Promise<undefined> {}
  async revokeByGrantId(): Promise<undefined> {}
}

function digest(text: string): string {
  return hash("sha256", text, "base64url");
}
