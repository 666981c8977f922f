import type Provider from "oidc-provider";
import type { Context } from "../login/context.ts";

/**
 * The version of `oidc-provider` whose members are replaced here. Its types have none of them: a test compares each with
 * the one that its patch was written for, so an upgrade that changes one fails until the patch has been checked.
 */
export const patchedVersion = "9.13.3";

interface StoredClient {
  readonly clientId: string;
  readonly clientSecret: string;
}

interface StoredSession {
  readonly accountId?: string;
  destroy(): Promise<void>;
}

export interface StoredDeviceCode {
  readonly jti: string;
  readonly userCode: string;
  readonly accountId?: string;
  readonly error?: string;
  readonly isExpired: boolean;
}

interface GrantModel {
  readonly prototype: { grantId?: string; generateTokenId(): string };
}

interface StoredModel<Record> {
  readonly prototype: { save(this: Record, ...rest: unknown[]): Promise<unknown> };
}

/** The replaced members, as the library has them. */
export interface LibraryModels {
  readonly Client: {
    readonly prototype: {
      compareClientSecret(this: StoredClient, presented: string): boolean;
      responseModeAllowed(mode: string | undefined, type: string): boolean;
    };
  };
  readonly ReplayDetection: { unique(issuer: string, id: string, expiresAt: number): Promise<boolean> };
  readonly Session: { find(id: string, options?: object): Promise<StoredSession | undefined> };
  readonly AccessToken: GrantModel;
  readonly RefreshToken: GrantModel;
  readonly AuthorizationCode: GrantModel;
  readonly DeviceCode: StoredModel<StoredDeviceCode> & {
    find(value: string, options?: object): Promise<StoredDeviceCode | undefined>;
  };
  readonly Interaction: StoredModel<object>;
  readonly PushedAuthorizationRequest: StoredModel<object>;
}

/** What decides in place of the library. */
export interface LibraryRules {
  readonly matchesSecret: (client: StoredClient, presented: string) => boolean;
  readonly isResponseModeAllowed: (mode: string | undefined, type: string) => boolean;
  /** `expiresAt` in seconds since 1970. */
  readonly isFirstProof: (issuer: string, id: string, expiresAt: number) => Promise<boolean>;
  readonly isKnownAccount: (accountId: string) => Promise<boolean>;
  readonly tagGrant: (grantId: string) => string;
  /** Called for a device that requests tokens before there is a decision. @throws SlowDown */
  readonly limitPolling: (code: string) => Promise<void>;
  /** Called before a user's decision is stored. @throws AlreadyUsedError */
  readonly decideOnce: (code: StoredDeviceCode) => Promise<void>;
  /** Called before a request stores something without an owner. @throws TemporarilyUnavailable */
  readonly limitBeginnings: (context: Context) => Promise<void>;
}

interface Patch {
  readonly models: LibraryModels;
  readonly rules: LibraryRules;
  readonly readContext: () => Context | undefined;
}

const patches = [
  compareSecretsByHash,
  restrictResponseModes,
  rememberProofs,
  endAbandonedSessions,
  tagTokens,
  paceDevices,
  storeDecisionsOnce,
  limitUnauthenticatedClients,
];

/** Replaces the members in one instance of the library. */
export function patchLibrary(provider: Provider, rules: LibraryRules): void {
  const models = readModels(provider);
  for (const patch of patches) patch({ models, rules, readContext: () => readContext(provider) });
}

export function readModels(provider: Provider): LibraryModels {
  return provider as unknown as LibraryModels;
}

/** The request on whose behalf code is running. */
function readContext(provider: Provider): Context | undefined {
  return (provider.constructor as typeof Provider).ctx;
}

/** The audiences of a client's assertion that the library accepts; its types do not have the method. */
export function readAcceptedAudiences(oidc: object): ReadonlySet<unknown> {
  return (oidc as { clientJwtAuthExpectedAudience(): ReadonlySet<unknown> }).clientJwtAuthExpectedAudience();
}

/** Stored client secrets are keyed hashes; the library compares plain text. */
function compareSecretsByHash({ models, rules }: Patch): void {
  models.Client.prototype.compareClientSecret = function compare(presented) {
    return rules.matchesSecret(this, presented);
  };
}

/** The library has no setting for the response modes of clients that name none. */
function restrictResponseModes({ models, rules }: Patch): void {
  models.Client.prototype.responseModeAllowed = rules.isResponseModeAllowed;
}

/** The library checks first and writes later, which lets concurrent copies of one proof pass. */
function rememberProofs({ models, rules }: Patch): void {
  models.ReplayDetection.unique = rules.isFirstProof;
}

/**
 * The library fails for a session whose account no longer exists (disabled, or removed from a company's own login).
 * Here it ends at its next request, so that the user must sign in again.
 */
function endAbandonedSessions({ models: { Session }, rules }: Patch): void {
  const find = Session.find.bind(Session);
  Session.find = async (id, options) => {
    const session = await find(id, options);
    if (session?.accountId === undefined || (await rules.isKnownAccount(session.accountId))) return session;
    await session.destroy();
    return undefined;
  };
}

/** Every token of a grant starts with the grant's tag, before its 256 random bits: revoking the grant is one write. */
function tagTokens({ models, rules }: Patch): void {
  for (const { prototype } of [models.AccessToken, models.RefreshToken, models.AuthorizationCode]) {
    const generate = prototype.generateTokenId;
    prototype.generateTokenId = function () {
      if (this.grantId === undefined) throw new Error("A token without a grant could not be revoked.");
      return rules.tagGrant(this.grantId) + generate.call(this);
    };
  }
}

/** RFC 8628 section 3.5: a device that polls too fast gets `slow_down`; the library does not enforce it. */
function paceDevices({ models: { DeviceCode }, rules, readContext }: Patch): void {
  const find = DeviceCode.find.bind(DeviceCode);
  DeviceCode.find = async (value, options) => {
    const code = await find(value, options);
    const isPending = code !== undefined && !code.accountId && !code.error && !code.isExpired;
    if (isPending && readContext()?.oidc.route === "token") await rules.limitPolling(value);
    return code;
  };
}

/**
 * The library reads whether there is a decision about a device's code and writes one later: of several concurrent
 * decisions each would be reported as successful, and one of them would be wrong.
 */
function storeDecisionsOnce({ models, rules, readContext }: Patch): void {
  const { prototype } = models.DeviceCode;
  const { save } = prototype;
  /** Records decided by the current request, which may store them again. */
  const decided = new WeakSet<StoredDeviceCode>();
  prototype.save = async function (...rest) {
    if (readContext()?.oidc.route === "code_verification" && !decided.has(this)) {
      await rules.decideOnce(this);
      decided.add(this);
    }
    return await save.apply(this, rest);
  };
}

/** The library stores unauthenticated requests without a limit. */
function limitUnauthenticatedClients({ models, rules, readContext }: Patch): void {
  for (const { prototype } of [models.Interaction, models.DeviceCode, models.PushedAuthorizationRequest]) {
    const save = prototype.save as (this: object, ...rest: unknown[]) => Promise<unknown>;
    prototype.save = async function (this: object, ...rest: unknown[]) {
      const context = readContext();
      if (context !== undefined) await rules.limitBeginnings(context);
      return await save.apply(this, rest);
    };
  }
}
