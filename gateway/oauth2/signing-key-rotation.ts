import { idTokenAlgorithms } from "../configuration/bounds.ts";
import { lifetimes } from "./lifetimes.ts";
import type { SigningAlgorithm, SigningKey } from "./signing-key.ts";

const daySeconds = 24 * 3600;

/** Ages at which a stored key is replaced, used and dropped, in seconds. */
export const rotation = {
  /** Maximum age of an algorithm's newest key before another is created. */
  every: 90 * daySeconds,
  /** Time between publication and first use, so that clients that cache the key set have it in time. */
  publishedAhead: 1 * daySeconds,
  /**
   * Time that a key stays published after its successor signs. An ID token lives for an hour, but as
   * `id_token_hint` it is used as long as the session may last: applications keep it for signing out.
   */
  publishedAfter: lifetimes.session,
} as const;

/**
 * Rotation of keys that an operator requests, in seconds. Both values hold for any timing of the gateways' polls:
 * 5 minutes at most until a gateway knows the key (`SIGNING_KEYS_CHECK_SECONDS`), 5 more until clients have the
 * new set. Hints of older sessions are refused then: signatures of a leaked key must not count.
 */
export const requestedRotation = {
  publishedAhead: 15 * 60,
  /** ID tokens live for an hour; a key that leaked should not be trusted for a week. */
  publishedAfter: 2 * lifetimes.idToken,
} as const;

export interface StoredKey {
  readonly kid: string;
  readonly ageSeconds: number;
  /** Requested by an operator on the admin site. */
  readonly isRequested: boolean;
  readonly key: SigningKey;
}

/** Algorithms that need a new key. Stored keys are newest first, here and below. */
export function findDue(stored: readonly StoredKey[]): readonly SigningAlgorithm[] {
  return idTokenAlgorithms.filter((algorithm) => {
    const newest = stored.find(({ key }) => key.alg === algorithm);
    return newest === undefined || newest.ageSeconds > rotation.every;
  });
}

/**
 * The published keys: for each algorithm the signing key before the others. Keys of unknown algorithms belong to a
 * newer version, whose tokens clients may receive from another gateway.
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

/** Keys that are no longer needed. */
export function findExpired(stored: readonly StoredKey[]): readonly StoredKey[] {
  return idTokenAlgorithms.flatMap((algorithm) => {
    const family = ofAlgorithm(stored, algorithm);
    return family.filter((_key, index) => !isPublished(index, family));
  });
}

function ofAlgorithm(stored: readonly StoredKey[], algorithm: SigningAlgorithm): readonly StoredKey[] {
  return stored.filter(({ key }) => key.alg === algorithm);
}

/** The very first key signs immediately, as there is none before it. */
function orderFamily(family: readonly StoredKey[]): readonly StoredKey[] {
  const found = family.findIndex(signs);
  const signing = family[found === -1 ? family.length - 1 : found];
  if (signing === undefined) return [];
  return [signing, ...family.filter((key, index) => key !== signing && isPublished(index, family))];
}

function signs(key: StoredKey): boolean {
  return key.ageSeconds >= schedule(key).publishedAhead;
}

/**
 * Published until any newer key has signed for long enough: one that an operator requested overtakes its
 * predecessor.
 */
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
