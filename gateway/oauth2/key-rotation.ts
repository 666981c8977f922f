import { idTokenAlgorithms } from "../configuration/limits.ts";
import type { SigningAlgorithm, SigningKey } from "./signing-key.ts";

const daySeconds = 24 * 3600;

/** When a stored key is made, used and dropped, in seconds of its age. */
export const rotation = {
  /** The newest key of an algorithm is older than this: another is made. */
  every: 90 * daySeconds,
  /** Published before it signs, so that whoever keeps a copy of the set has it in time. */
  publishedAhead: 1 * daySeconds,
  /** Published after its successor signs; far longer than an ID token lives. */
  publishedAfter: 7 * daySeconds,
} as const;

export interface StoredKey {
  readonly kid: string;
  readonly ageSeconds: number;
  readonly key: SigningKey;
}

/** Algorithms that a new key has to be made for. Stored keys come newest first, here and below. */
export function findDue(stored: readonly StoredKey[]): readonly SigningAlgorithm[] {
  return idTokenAlgorithms.filter((algorithm) => {
    const newest = stored.find(({ key }) => key.alg === algorithm);
    return newest === undefined || newest.ageSeconds > rotation.every;
  });
}

/**
 * What is published: of each algorithm the signing key before its others. Keys of an algorithm that is not known here
 * are those of a newer version, which clients may meet at another gateway.
 */
export function orderKeys(stored: readonly StoredKey[]): readonly SigningKey[] {
  const known: ReadonlySet<string> = new Set(idTokenAlgorithms);
  return [
    ...idTokenAlgorithms.flatMap((algorithm) => orderFamily(ofAlgorithm(stored, algorithm))),
    ...stored.filter(({ key }) => !known.has(key.alg)),
  ].map(({ key }) => key);
}

/** Keys that nobody needs any more. */
export function findExpired(stored: readonly StoredKey[]): readonly StoredKey[] {
  return idTokenAlgorithms.flatMap((algorithm) => {
    const family = ofAlgorithm(stored, algorithm);
    return family.filter((_key, index) => !isPublished(index, family));
  });
}

function ofAlgorithm(stored: readonly StoredKey[], algorithm: SigningAlgorithm): readonly StoredKey[] {
  return stored.filter(({ key }) => key.alg === algorithm);
}

/** The first key of all signs at once, as there is none before it. */
function orderFamily(family: readonly StoredKey[]): readonly StoredKey[] {
  const found = family.findIndex(({ ageSeconds }) => ageSeconds >= rotation.publishedAhead);
  const signing = family[found === -1 ? family.length - 1 : found];
  if (signing === undefined) return [];
  return [signing, ...family.filter((key, index) => key !== signing && isPublished(index, family))];
}

/** A key's successor signs once it is `publishedAhead` old. */
function isPublished(index: number, family: readonly StoredKey[]): boolean {
  const successor = family[index - 1];
  return successor === undefined || successor.ageSeconds < rotation.publishedAhead + rotation.publishedAfter;
}
