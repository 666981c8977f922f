import type { Adapter, AdapterPayload } from "oidc-provider";
import type { Primaries } from "../redis/primaries.ts";
import type { Client } from "../routing/route.ts";
import { keepScopes } from "../tokens/scopes.ts";
import { AccountMembers } from "./account-members.ts";
import { lifetimes } from "./lifetimes.ts";
import {
  accessTokens,
  findGrantPlace,
  findPlace,
  nameUid,
  nameUserCode,
  type Place,
  placeWithGrant,
  tagged,
} from "./record-place.ts";
import type { UnitsOfWork } from "./request-transaction.ts";
import { planStorage } from "./revocation.ts";
import { isUnsettled } from "./single-use.ts";

/**
 * How long records are kept after they expire, in seconds: a device that polls too late must learn that the code
 * expired (RFC 8628 section 3.5).
 */
const afterlife: Readonly<Record<string, number>> = { DeviceCode: 600 };

/** Shared by all adapters of one server. */
export interface AdapterParts {
  readonly primaries: Primaries;
  readonly units: UnitsOfWork;
  /** The client in the served configuration. */
  readonly findClient: (id: string) => Client | undefined;
}

/**
 * Storage of the OAuth2 server, at the primaries of a Redis Cluster. Ids are hashed: a copy of the store grants no
 * access.
 */
export class RedisAdapter implements Adapter {
  readonly #kind: string;
  readonly #primaries: Primaries;
  readonly #units: UnitsOfWork;
  readonly #accounts: AccountMembers;
  readonly #findClient: AdapterParts["findClient"];

  constructor(kind: string, { primaries, units, findClient }: AdapterParts) {
    this.#kind = kind;
    this.#primaries = primaries;
    this.#units = units;
    this.#accounts = new AccountMembers(primaries);
    this.#findClient = findClient;
  }

  async upsert(id: string, payload: AdapterPayload, expiresIn?: number): Promise<undefined> {
    const place = this.#find(id);
    const { jti: _omitted, consumed, ...stored } = payload;
    const marked = consumed === undefined ? stored : { consumed, ...stored };
    const text = JSON.stringify({ ...marked, ...this.#describe(payload) });
    const { grantId, uid, userCode } = payload;
    if (grantId !== undefined && tagged.has(this.#kind)) expectTag(place, id, grantId);
    const seconds = Math.max(1, Math.ceil(expiresIn ?? lifetimes.grant)) + (afterlife[this.#kind] ?? 0);
    const unit = this.#units.current;
    if (unit?.defersStorage === true && (tagged.has(this.#kind) || accessTokens.has(this.#kind))) {
      unit.records.push({ ...place, text, seconds });
      return;
    }
    if (grantId !== undefined && this.#kind === "DeviceCode")
      await this.#store(placeWithGrant(this.#kind, id, grantId), text, seconds);
    await this.#store(place, text, seconds);
    if (uid !== undefined && this.#kind === "Session") await this.#set(nameUid(uid), id, seconds);
    if (userCode !== undefined) await this.#set(nameUserCode(userCode), id, seconds);
    await this.#list(id, payload, expiresIn);
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    const first = findPlace(this.#kind, id);
    if (first === undefined) return undefined;
    const found = await this.#read(id, first);
    if (found === undefined) return undefined;
    const { place } = found;
    let { payload } = found;
    const unit = this.#units.current;
    unit?.places.set(id, place);
    // A token request and a login need a certain result; introspection and revocation need not wait.
    const mustKnow = unit?.defersStorage === true || this.#kind === "PushedAuthorizationRequest";
    if (mustKnow && isUnsettled(payload)) {
      const settled = await this.#units.readSettled(place);
      if (settled === undefined) return undefined;
      payload = settled;
    }
    if (accessTokens.has(this.#kind) && payload.kind !== this.#kind) return undefined;
    return this.#isOfClient(payload) ? { ...this.#restrict(payload), jti: id } : undefined;
  }

  async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    return this.#findByIndex(nameUid(uid));
  }

  async findByUserCode(userCode: string): Promise<AdapterPayload | undefined> {
    return this.#findByIndex(nameUserCode(userCode));
  }

  /** Applied when the request that uses the record has succeeded. */
  async consume(id: string): Promise<undefined> {
    const unit = this.#units.current;
    if (unit === undefined) throw new Error(`A ${this.#kind} is used outside of a request.`);
    unit.consumed = { kind: this.#kind, place: unit.places.get(id) ?? this.#find(id) };
  }

  /** Deleting a token that belongs to a grant revokes the grant. */
  async destroy(id: string): Promise<undefined> {
    const place = findPlace(this.#kind, id);
    if (place === undefined) return;
    if (tagged.has(this.#kind) || this.#kind === "Grant") await this.#units.revoke(place.tag);
    else await this.#units.delete(place.key);
  }

  /** Ends the grant with everything issued from it: a new one gets a new id. */
  async revokeByGrantId(grantId: string): Promise<undefined> {
    await this.#units.revoke(findGrantPlace(grantId).tag);
  }

  /** Adds what the library does not know: the kind of the access token, and the client's instance. */
  #describe({ clientId }: AdapterPayload): object {
    const client = clientId === undefined ? undefined : this.#findClient(clientId);
    return {
      ...(accessTokens.has(this.#kind) ? { kind: this.#kind } : {}),
      ...(client === undefined ? {} : { clientInstance: client.instance }),
    };
  }

  /**
   * Whether the client that it was issued to still exists; one created again under the old name inherits nothing.
   */
  #isOfClient({ clientId, clientInstance }: AdapterPayload): boolean {
    return clientId === undefined || this.#findClient(clientId)?.instance === clientInstance;
  }

  /** Removes scopes that the client no longer has. */
  #restrict(payload: AdapterPayload): AdapterPayload {
    const client = payload.clientId === undefined ? undefined : this.#findClient(payload.clientId);
    if (client === undefined || !accessTokens.has(this.#kind)) return payload;
    return { ...payload, scope: keepScopes(payload.scope, client) };
  }

  async #read(
    id: string,
    first: Place,
  ): Promise<{ readonly place: Place; readonly payload: AdapterPayload } | undefined> {
    const payload = await this.#units.read(first);
    if (payload === undefined || this.#kind !== "DeviceCode" || payload.grantId === undefined)
      return payload === undefined ? undefined : { place: first, payload };
    const place = placeWithGrant(this.#kind, id, payload.grantId);
    const connected = await this.#units.read(place);
    return connected === undefined ? undefined : { place, payload: connected };
  }

  /** Lists a session or grant under its account; removes it if the user was signed out meanwhile. */
  async #list(id: string, payload: AdapterPayload, expiresIn: number | undefined): Promise<void> {
    const { accountId } = payload;
    if (accountId === undefined) return;
    const expiresAt = Math.ceil(Date.now() / 1000) + (expiresIn ?? 0);
    if (this.#kind === "Session") {
      const { key } = this.#find(id);
      const member = { kind: "Session", id: key, startedAt: payload.loginTs ?? 0 } as const;
      if (await this.#accounts.add(accountId, member, expiresAt)) await this.destroy(id);
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

  #find(id: string): Place {
    const place = findPlace(this.#kind, id);
    if (place === undefined) throw new Error(`A ${this.#kind} has a value without a tag.`);
    return place;
  }

  async #store(place: Place, text: string, seconds: number): Promise<void> {
    const { key, args } = planStorage({ ...place, text, seconds });
    await this.#primaries.write(key, args);
  }

  async #set(key: string, text: string, seconds: number): Promise<void> {
    await this.#primaries.write(key, ["SET", key, text, "EX", String(seconds)]);
  }
}

/** Without its grant's tag, a token would outlive the grant. */
function expectTag({ tag }: Place, id: string, grantId: string): void {
  if (findGrantPlace(grantId).tag !== tag)
    throw new Error(`A token of ${id.length} characters does not carry its grant's tag.`);
}
