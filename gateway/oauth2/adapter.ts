import { hash } from "node:crypto";
import type { Adapter, AdapterPayload, errors as OAuth2Errors } from "oidc-provider";
import type { Primaries } from "../redis/primaries.ts";
import { computeTokenKey } from "../tokens/token-key.ts";
import { AccountMembers } from "./account-members.ts";
import type { Consumptions } from "./consumptions.ts";
import { GrantMembers } from "./grant-members.ts";

/** Kinds that the request path accepts; they share one key, so that it needs one look-up. */
const accessTokens = new Set(["AccessToken", "ClientCredentials"]);
/** Kinds that a grant brings forth, and that die with it. */
const grantable = new Set(["AccessToken", "AuthorizationCode", "RefreshToken", "DeviceCode"]);
/** Kept beyond its life, in seconds: a device that asks too late is to hear that the code expired (RFC 8628 3.5). */
const afterlife: Readonly<Record<string, number>> = { DeviceCode: 600 };

/** What all adapters of one server share. */
export interface AdapterParts {
  readonly primaries: Primaries;
  readonly consumptions: Consumptions;
  readonly errors: typeof OAuth2Errors;
}

/** What the OAuth2 server stores, at the primaries of a Redis Cluster. Ids are digested: the store lets nobody in. */
export class RedisAdapter implements Adapter {
  readonly #kind: string;
  readonly #primaries: Primaries;
  readonly #members: GrantMembers;
  readonly #accounts: AccountMembers;
  readonly #consumptions: Consumptions;
  readonly #errors: typeof OAuth2Errors;

  constructor(kind: string, { primaries, consumptions, errors }: AdapterParts) {
    this.#kind = kind;
    this.#primaries = primaries;
    this.#members = new GrantMembers(primaries);
    this.#accounts = new AccountMembers(primaries);
    this.#consumptions = consumptions;
    this.#errors = errors;
  }

  async upsert(id: string, payload: AdapterPayload, expiresIn?: number): Promise<undefined> {
    const key = this.#key(id);
    const { jti: _omitted, consumed, ...stored } = payload;
    const marked = consumed === undefined ? stored : { consumed, ...stored };
    const text = JSON.stringify(accessTokens.has(this.#kind) ? { ...marked, kind: this.#kind } : marked);
    await this.#set(key, text, expiresIn);
    if (payload.uid !== undefined && this.#kind === "Session")
      await this.#set(nameUid(payload.uid), id, expiresIn);
    if (payload.userCode !== undefined) await this.#set(nameUserCode(payload.userCode), id, expiresIn);
    await this.#list(id, payload, expiresIn);
    const { grantId } = payload;
    if (grantId === undefined || !grantable.has(this.#kind)) return;
    const expiresAt = Math.ceil(Date.now() / 1000) + (expiresIn ?? 0) + (afterlife[this.#kind] ?? 0);
    if (await this.#members.add(grantId, key, expiresAt)) await this.#delete(key);
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
    return this.#findByIndex(nameUid(uid));
  }

  async findByUserCode(userCode: string): Promise<AdapterPayload | undefined> {
    return this.#findByIndex(nameUserCode(userCode));
  }

  /** Of several that redeem the same thing at once one wins; that the others tried revokes what the first one got. */
  async consume(id: string): Promise<undefined> {
    const key = this.#key(id);
    const stored = await this.#consumptions.consume(key);
    const payload = JSON.parse(stored ?? '{"consumed":true}') as AdapterPayload;
    if (payload.consumed === undefined) return;
    if (this.#kind === "PushedAuthorizationRequest")
      throw new this.#errors.InvalidRequestUri("request_uri is invalid, expired, or was already used");
    if (payload.grantId !== undefined) await this.revokeByGrantId(payload.grantId);
    throw new this.#errors.InvalidGrant("already used");
  }

  async destroy(id: string): Promise<undefined> {
    await this.#delete(this.#key(id));
  }

  /** Ends the grant with everything that came from it: a new one has a new id. */
  async revokeByGrantId(grantId: string): Promise<undefined> {
    const keys = await this.#members.revoke(grantId);
    await Promise.all([...keys, nameKey("Grant", grantId)].map((key) => this.#delete(key)));
    await this.#members.forget(grantId);
  }

  /** What a person holds is listed under the account; it goes again where the person was signed out meanwhile. */
  async #list(id: string, payload: AdapterPayload, expiresIn: number | undefined): Promise<void> {
    const { accountId } = payload;
    if (accountId === undefined) return;
    const expiresAt = Math.ceil(Date.now() / 1000) + (expiresIn ?? 0);
    if (this.#kind === "Session") {
      const member = { kind: "Session", id: this.#key(id), startedAt: payload.loginTs ?? 0 } as const;
      if (await this.#accounts.add(accountId, member, expiresAt)) await this.#delete(member.id);
    }
    if (this.#kind === "Grant") {
      const member = { kind: "Grant", id, startedAt: payload.iat ?? 0 } as const;
      if (await this.#accounts.add(accountId, member, expiresAt)) await this.revokeByGrantId(id);
    }
  }

  async #findByIndex(key: string): Promise<AdapterPayload | undefined> {
    const id = await this.#primaries.read(key, ["GET", key]);
    return typeof id === "string" ? this.find(id) : undefined;
  }

  #key(id: string): string {
    return accessTokens.has(this.#kind) ? computeTokenKey(id) : nameKey(this.#kind, id);
  }

  async #set(key: string, text: string, expiresIn: number | undefined): Promise<void> {
    const seconds = Math.max(1, Math.ceil(expiresIn ?? 0)) + (afterlife[this.#kind] ?? 0);
    await this.#primaries.write(key, ["SET", key, text, ...(expiresIn ? ["EX", String(seconds)] : [])]);
  }

  async #delete(key: string): Promise<void> {
    await this.#primaries.write(key, ["DEL", key]);
  }
}

function nameKey(kind: string, id: string): string {
  return `oauth2:${kind}:${digest(id)}`;
}

function nameUid(uid: string): string {
  return `oauth2:uid:${digest(uid)}`;
}

function nameUserCode(userCode: string): string {
  return `oauth2:user-code:${digest(userCode)}`;
}

function digest(text: string): string {
  return hash("sha256", text, "base64url");
}
