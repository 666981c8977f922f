import { createPublicKey } from "node:crypto";
import type { ClientKey, ClientKeys } from "./document.ts";
import { clientKeyLimits } from "./limits.ts";
import type { EntryProblems } from "./problems.ts";

/** What makes a public key of each type (RFC 7518 6, RFC 8037 2), and what it may sign with. */
const keyTypes: Readonly<
  Record<string, { readonly members: readonly string[]; readonly algorithms: readonly string[] }>
> = {
  EC: { members: ["crv", "x", "y"], algorithms: ["ES256"] },
  OKP: { members: ["crv", "x"], algorithms: ["EdDSA", "Ed25519"] },
  RSA: { members: ["e", "n"], algorithms: ["PS256", "RS256"] },
};
const curves: ReadonlySet<unknown> = new Set(["P-256", "Ed25519"]);

const publicMembers = ["kty", "kid", "use", "alg", "crv", "x", "y", "e", "n"] as const;
/** Of private and symmetric keys: kept until validation has refused them, and no longer. */
const secretMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"] as const;
const keptMembers = [...publicMembers, ...secretMembers];

/** Every signature is checked with 65537; a far larger exponent would only cost time. */
const exponent = "AQAB";

/** Members in one order and without certificates and the like, which nobody reads; keys in one order. */
export function normalizeKeys(keys: ClientKeys | null): ClientKeys | null {
  if (keys === null) return null;
  const texts = keys.keys.map((key) =>
    JSON.stringify(
      Object.fromEntries(keptMembers.flatMap((name) => (name in key ? [[name, key[name]]] : []))),
    ),
  );
  return { keys: texts.sort().map((text) => JSON.parse(text)) };
}

/** Public keys that assertions of a client (RFC 7523) can be checked with, and nothing else. */
export function validateKeys({ keys }: ClientKeys, report: EntryProblems): void {
  report.require(
    keys.length > 0 && keys.length <= clientKeyLimits.keys,
    "jwks",
    `The set has ${keys.length} keys; it must have 1 to ${clientKeyLimits.keys}.`,
  );
  report.text("jwks", JSON.stringify(keys), clientKeyLimits.text);
  const kids = keys.flatMap(({ kid }) => (kid === undefined ? [] : [kid]));
  report.require(
    new Set(kids).size === kids.length,
    "jwks",
    'Two keys have the same "kid"; it must be unique.',
  );
  for (const [index, key] of keys.slice(0, clientKeyLimits.keys).entries()) {
    const fault = findFault(key);
    // The place, not the key: what was pasted by mistake may be a private one.
    if (fault !== undefined) report.add("jwks", `Key ${index + 1} ${fault}`);
  }
}

function findFault(key: ClientKey): string | undefined {
  if (secretMembers.some((name) => name in key))
    return "is private or symmetric; only public keys are allowed. Replace this key: it has been disclosed.";
  const type =
    typeof key.kty === "string" && Object.hasOwn(keyTypes, key.kty) ? keyTypes[key.kty] : undefined;
  if (type === undefined) return "has an unsupported type; it must be RSA, EC or OKP.";
  if (key.use !== undefined && key.use !== "sig") return 'is not a signing key; its "use" must be "sig".';
  if (key.alg !== undefined && !type.algorithms.includes(key.alg as string))
    return `has an "alg" that does not match its type; it must be ${type.algorithms.join(" or ")}.`;
  if (key.kid !== undefined && (typeof key.kid !== "string" || key.kid === "" || key.kid.length > 200))
    return 'has an invalid "kid"; it must be a string of 1 to 200 characters.';
  if (key.kty !== "RSA" && !curves.has(key.crv))
    return "uses an unsupported curve; it must be P-256 or Ed25519.";
  if (key.kty === "RSA" && key.e !== exponent)
    return 'has an unsupported exponent; "e" must be 65537 ("AQAB").';
  return isSound(key, type.members) ? findWeakness(key) : "is not a valid JWK (RFC 7518).";
}

/** Read and written again it is the same: nothing missing, nothing too long, and the point on its curve. */
function isSound(key: ClientKey, members: readonly string[]): boolean {
  try {
    const written = createPublicKey({ key: key as never, format: "jwk" }).export({ format: "jwk" });
    return members.every((name) => written[name as keyof typeof written] === key[name]);
  } catch {
    return false;
  }
}

function findWeakness({ kty, n }: ClientKey): string | undefined {
  if (kty !== "RSA") return undefined;
  const bits = Buffer.from(String(n), "base64url").length * 8;
  const { least, most } = clientKeyLimits.rsaBits;
  return bits >= least && bits <= most
    ? undefined
    : `has ${bits} bits; RSA keys must have ${least} to ${most}.`;
}
