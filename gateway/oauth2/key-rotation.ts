import { idTokenAlgorithms } from "../configuration/limits.ts";
import { lifetimes } from "./lifetimes.ts";
import type { SigningAlgorithm, SigningKey } from "./signing-key.ts";

const daySeconds = 24 * 3600;

/** When a stored key is made, used and dropped, in seconds of its age. */
export const rotation = {
  /** The newest key of an algorithm is older than this: another is made. */
  every: 90 * daySeconds,
  /** Published before it signs, so that whoever keeps a copy of the set has it in time. */
  publishedAhead: 1 * daySeconds,
  /**
   * Published after its successor signs. An ID token lives for an hour, but as `id_token_hint` it is good for as long as
   * the session may go on that it is from: applications keep it in order to sign out.
   */
  publishedAfter: lifetimes.session,
} as const;

/**
 * For keys that an operator requests, in seconds. Both hold however the gateways' checks fall: 5 minutes at most until a
 * gateway knows the key (`SIGNING_KEYS_CHECK_SECONDS`), 5 more until clients have the new set. Hints of older sessions are
 * refused then: what a leaked key signed must not count.
 */
export const requestedRotation = {
  publishedAhead: 15 * 60,
  /** ID tokens live for an hour; a key that leaked should not be trusted for a week. */
  publishedAfter: 2 * lifetimes.idToken,
} as const;

export interface StoredKey {
  readonly kid: string;
  readonly ageSeconds: number;
  /** By an operator, on the admin site. */
  readonly isRequested: boolean;
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

/** Whether keys that an operator requested are published and do not sign yet. */
export function isRotating(stored: readonly StoredKey[]): boolean {
  return stored.some((key) => key.isRequested && !signs(key));
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
  const found = family.findIndex(signs);
  const signing = family[found === -1 ? family.length - 1 : found];
  if (signing === undefined) return [];
  return [signing, ...family.filter((key, index) => key !== signing && isPublished(index, family))];
}

function signs(key: StoredKey): boolean {
  return key.ageSeconds >= schedule(key).publishedAhead;
}

/** Until any newer key has signed for long enough: one that an operator requested overtakes the one before it. */
function isPublished(index: number, family: readonly StoredKey[]): boolean {
  return !family.slice(0, index).some((newer) => {
    const { publishedAhead, publishedAfter } = schedule(newer);
    return newer.ageSeconds >= publishedAhead + publishedAfter;
  });
}

function schedule({ isRequested }: StoredKey): {
  readonly publishedAhead: number;
  readonly publishedAfter: number;
} {
  return isRequested ? requestedRotation : rotation;
}
