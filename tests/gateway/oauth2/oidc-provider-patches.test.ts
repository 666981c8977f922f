import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { exportJWK, generateKeyPair } from "jose";
import type { Adapter, AdapterPayload } from "oidc-provider";
import { test } from "tap";
import { loadLibrary } from "../../../gateway/oauth2/oidc-provider.ts";
import {
  type LibraryModels,
  type LibraryRules,
  patchedVersion,
  patchLibrary,
  readModels,
} from "../../../gateway/oauth2/oidc-provider-patches.ts";

const packageFile = resolve(import.meta.dirname, "../../../node_modules/oidc-provider/package.json");

/**
 * Members that are replaced, wrapped or called although the library's types do not have them, each with a digest of its
 * source in the version that the patch was written for.
 */
const members: Readonly<Record<string, readonly [(models: LibraryModels) => unknown, string]>> = {
  "Client.compareClientSecret": [({ Client }) => Client.prototype.compareClientSecret, "ekBPnCWZWwF5bC9O"],
  "Client.responseModeAllowed": [({ Client }) => Client.prototype.responseModeAllowed, "d4f2fAkIPqaUyjX5"],
  "ReplayDetection.unique": [({ ReplayDetection }) => ReplayDetection.unique, "JvCHKlXjNfHgs0kq"],
  "Session.find": [({ Session }) => Session.find, "_VyuGC3PDC0cSb9L"],
  "AccessToken.generateTokenId": [
    ({ AccessToken }) => AccessToken.prototype.generateTokenId,
    "J224PDW3TzwCOrCG",
  ],
  "RefreshToken.generateTokenId": [
    ({ RefreshToken }) => RefreshToken.prototype.generateTokenId,
    "I5iclctxyPoRFd1k",
  ],
  "AuthorizationCode.generateTokenId": [
    ({ AuthorizationCode }) => AuthorizationCode.prototype.generateTokenId,
    "I5iclctxyPoRFd1k",
  ],
  "DeviceCode.find": [({ DeviceCode }) => DeviceCode.find, "d3TpvxnExLNaM23t"],
  "DeviceCode.save": [({ DeviceCode }) => DeviceCode.prototype.save, "70g1goaWJ6AZZqi1"],
  "Interaction.save": [({ Interaction }) => Interaction.prototype.save, "h-ZcpnDNzilTO0Z_"],
  "PushedAuthorizationRequest.save": [
    (models) => models.PushedAuthorizationRequest.prototype.save,
    "iUbJHnyYt00YT4VH",
  ],
};

const library = await loadLibrary();
const { privateKey } = await generateKeyPair("ES256", { extractable: true });
const keys = [await exportJWK(privateKey)];

/** The library with a store in memory. */
function createProvider() {
  const stored = new Map<string, AdapterPayload>();
  const adapter = (kind: string): Adapter => ({
    upsert: async (id, payload) => void stored.set(`${kind}:${id}`, payload),
    find: async (id) => stored.get(`${kind}:${id}`),
    findByUid: async () => undefined,
    findByUserCode: async () => undefined,
    destroy: async (id) => void stored.delete(`${kind}:${id}`),
    consume: async () => {},
    revokeByGrantId: async () => {},
  });
  const provider = new library.default("https://api.test", {
    adapter,
    jwks: { keys },
    cookies: { keys: ["key"] },
    features: { devInteractions: { enabled: false }, deviceFlow: { enabled: true } },
  });
  return { provider, models: readModels(provider), stored };
}

/** Rules that allow everything, but for those given. */
function allowAllBut(rules: Partial<LibraryRules>): LibraryRules {
  return {
    matchesSecret: () => true,
    isResponseModeAllowed: () => true,
    isFirstProof: async () => true,
    isKnownAccount: async () => true,
    tagGrant: () => "",
    limitPolling: async () => {},
    decideOnce: async () => {},
    limitBeginnings: async () => {},
    ...rules,
  };
}

/** Short, and different for every change of the text. */
function digest(source: unknown): string {
  return hash("sha256", String(source), "base64url").slice(0, 16);
}

test("the patches are for the version of the library that is installed", async () => {
  assert.equal(
    (JSON.parse(readFileSync(packageFile, "utf8")) as { version: string }).version,
    patchedVersion,
  );
});

for (const [name, [read, expected]] of Object.entries(members))
  test(`${name} of the library is what its patch was written for`, async () => {
    const member = read(createProvider().models);
    assert.equal(typeof member, "function");
    assert.equal(
      digest(member),
      expected,
      `${name} has changed; check its patch in oidc-provider-patches.ts:\n${member}`,
    );
  });

test("the members and modules that are only used are what their users expect", async () => {
  const { OIDCContext } = createProvider().provider as unknown as { OIDCContext: { prototype: object } };
  const audiences = Object.getOwnPropertyDescriptor(OIDCContext.prototype, "clientJwtAuthExpectedAudience");
  assert.equal(digest(audiences?.value), "asd4BomNb5SG_7-4");
  const readModule = (path: string) => readFileSync(resolve(packageFile, "..", path), "utf8");
  assert.equal(digest(readModule("lib/helpers/re_render_errors.js")), "OITdiL8VuE9nOr0T");
  assert.equal(digest(readModule("lib/helpers/challenge.js")), "kvXNABL4Sj5l7AmC");
});

test("every member is replaced in an instance of its own, and in no other", async () => {
  const patched = createProvider();
  const other = createProvider();
  patchLibrary(patched.provider, allowAllBut({}));
  for (const [name, [read, expected]] of Object.entries(members)) {
    assert.notEqual(digest(read(patched.models)), expected, `${name} is not replaced`);
    assert.equal(digest(read(other.models)), expected, `${name} is replaced in another instance`);
  }
});

test("secrets, response modes and proofs are decided by the rules", async () => {
  const { provider, models } = createProvider();
  patchLibrary(
    provider,
    allowAllBut({
      matchesSecret: ({ clientId, clientSecret }, presented) => `${clientId} ${clientSecret}` === presented,
      isResponseModeAllowed: (mode) => mode === "query",
      isFirstProof: async (issuer, id, expiresAt) => `${issuer} ${id} ${expiresAt}` === "me one 7",
    }),
  );
  const client = Object.assign(Object.create(models.Client.prototype), {
    clientId: "app",
    clientSecret: "hash",
  });
  assert.deepEqual(
    [client.compareClientSecret("app hash"), client.compareClientSecret("hash")],
    [true, false],
  );
  assert.deepEqual(
    [client.responseModeAllowed("query"), client.responseModeAllowed("fragment")],
    [true, false],
  );
  assert.equal(await models.ReplayDetection.unique("me", "one", 7), true);
  assert.equal(await models.ReplayDetection.unique("me", "two", 7), false);
});

test("tokens begin with the tag of their grant, and none is made without one", async () => {
  const { provider } = createProvider();
  patchLibrary(provider, allowAllBut({ tagGrant: (grantId) => `tag-of-${grantId}.` }));
  for (const model of [provider.AccessToken, provider.RefreshToken, provider.AuthorizationCode]) {
    const token = new (model as unknown as new (properties: object) => { generateTokenId(): string })({});
    assert.throws(() => token.generateTokenId(), /without a grant/);
    assert.match(Object.assign(token, { grantId: "g" }).generateTokenId(), /^tag-of-g\.[\w-]{40,}$/);
  }
});

test("a session is found while its account exists, and is destroyed afterwards", async () => {
  const { provider, models, stored } = createProvider();
  let exists = true;
  patchLibrary(provider, allowAllBut({ isKnownAccount: async (id) => id === "ada" && exists }));
  const Session = provider.Session as unknown as new (
    properties: object,
  ) => { save(seconds: number): Promise<string> };
  const session = new Session({ accountId: "ada" });
  const id = await session.save(60);
  assert.equal((await models.Session.find(id))?.accountId, "ada");
  exists = false;
  assert.equal(await models.Session.find(id), undefined);
  assert.equal(stored.size, 0);
});
