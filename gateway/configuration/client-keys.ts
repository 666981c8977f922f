import { createPublicKey, type webcrypto } from "node:crypto";
import { clientKeyLimits } from "./bounds.ts";
import type { ClientKey, ClientKeys } from "./document.ts";
import type { EntryProblems } from "./problems.ts";

/**
 * Members of a public key by type (RFC 7518 section 6, RFC 8037 section 2), and the algorithms it may sign with.
 */
const keyTypes: Readonly<
  Record<string, { readonly members: readonly string[]; readonly algorithms: readonly string[] }>
> = {
  EC: { members: ["crv", "x", "y"], algorithms: ["ES256"] },
  OKP: { members: ["crv", "x"], algorithms: ["EdDSA", "Ed25519"] },
  RSA: { members: ["e", "n"], algorithms: ["PS256", "RS256"] },
};
const curves: ReadonlySet<unknown> = new Set(["P-256", "Ed25519"]);

const publicMembers = ["kty", "kid", "use", "alg", "crv", "x", "y", "e", "n"] as const;
/** Of private and symmetric keys: kept only until validation refuses them. */
const secretMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"] as const;
const keptMembers = [...publicMembers, ...secretMembers];

/** Every verification uses 65537; a much larger exponent would only cost time. */
const exponent = "AQAB";

/** Sorts members and keys, and drops unused members such as certificates. */
export function normalizeKeys(keys: ClientKeys | null): ClientKeys | null {
  if (keys === null) return null;
  const texts = keys.keys.map((key) =>
    JSON.stringify(
      Object.fromEntries(keptMembers.flatMap((name) => (name in key ? [[name, key[name]]] : []))),
    ),
  );
  return { keys: texts.sort().map((text) => JSON.parse(text)) };
}

/** Accepts only public keys that can verify a client's assertions (RFC 7523). */
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
    // Names the position, not the key: a private key may have been pasted by mistake.
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

/**
 * Importing and exporting the key yields the same key: nothing missing or too long, and the point is on its curve.
 */
function isSound(key: ClientKey, members: readonly string[]): boolean {
  try {
    const written = createPublicKey({ key: key as webcrypto.JsonWebKey, format: "jwk" }).export({
      format: "jwk",
    });
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
