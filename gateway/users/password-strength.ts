import { ZxcvbnFactory, type ZxcvbnResult } from "@zxcvbn-ts/core";
import * as common from "@zxcvbn-ts/language-common";
import * as english from "@zxcvbn-ts/language-en";

/** Why a password is too easy to guess. */
export interface PasswordWeakness {
  /** It consists of names of the account or the service. */
  readonly isFromNames: boolean;
  /** Sentences that state the problem and how to fix it. */
  readonly advice: readonly string[];
}

/**
 * Guesses that a password must withstand: zxcvbn's best score as it is typed, and a hundredth of that without
 * separators, because `login-login` is no harder to guess than `loginlogin`.
 */
const leastGuesses = { asTyped: 1e10, withoutSeparators: 1e8 } as const;

/**
 * Limits of the work: the time grows with the square of the length and with the number of character substitutions.
 * Only the beginning of longer passwords is evaluated.
 */
const limits = { maxLength: 100, l33tMaxSubstitutions: 20 } as const;

/** Parts of one name that are compared. */
const mostParts = 8;

/** Well-known words and phrases that the dictionaries lack. */
const furtherWords = [
  "correcthorsebatterystaple",
  "passphrase",
  "newpassword",
  "superuser",
  "changeit",
  "willkommen",
  "heslo",
];

/**
 * Estimates how many guesses a password withstands, by the dictionaries and patterns of zxcvbn. Undefined for one that
 * is hard enough to guess. Loading the dictionaries and one estimate take tenths of a second: not for a thread that
 * serves requests.
 *
 * @param password in the normal form NFKC
 * @param names the account's and the service's, complete
 */
export function findWeakness(password: string, names: readonly string[]): PasswordWeakness | undefined {
  estimator ??= createEstimator();
  const words = listNameWords(names);
  const asTyped = estimator.check(password, words);
  if (!(asTyped.guesses >= leastGuesses.asTyped)) return describe(asTyped);
  const withoutSeparators = estimator.check(password.replace(/[\s._-]+/g, ""), words);
  if (!(withoutSeparators.guesses >= leastGuesses.withoutSeparators)) return describe(withoutSeparators);
  return undefined;
}

let estimator: ZxcvbnFactory | undefined;

function createEstimator(): ZxcvbnFactory {
  return new ZxcvbnFactory({
    ...limits,
    dictionary: { ...common.dictionary, ...english.dictionary, further: furtherWords },
    graphs: common.adjacencyGraphs,
    translations: english.translations,
  });
}

/** Names, their parts, and neighbouring parts joined in both orders: `adalovelace`, `lovelaceada`. */
function listNameWords(names: readonly string[]): string[] {
  const words = names.flatMap((name) => {
    const plain = name.normalize("NFKC").toLowerCase();
    const parts = plain
      .split(/[^\p{L}\p{N}]+/u)
      .filter(isTelling)
      .slice(0, mostParts);
    return [plain, ...joinNeighbours(parts), ...joinNeighbours(parts.toReversed())];
  });
  return [...new Set(words.filter(isTelling))];
}

/** Every run of parts, concatenated. */
function joinNeighbours(parts: readonly string[]): string[] {
  return parts.flatMap((_part, from) =>
    parts.slice(from).map((_last, more) => parts.slice(from, from + more + 1).join("")),
  );
}

/** Shorter parts, such as initials, would be found in any password. */
function isTelling(word: string): boolean {
  return word.length >= 3;
}

function describe({ sequence, feedback }: ZxcvbnResult): PasswordWeakness {
  const isFromNames = sequence.some(({ dictionaryName }) => dictionaryName === "userInputs");
  const { anotherWord } = english.translations.suggestions;
  const warning = isFromNames || feedback.warning === null ? [] : [feedback.warning];
  return { isFromNames, advice: [...new Set([...warning, anotherWord, ...feedback.suggestions])] };
}
