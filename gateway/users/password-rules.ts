import { commonWords, keyRows } from "./common-passwords.ts";

/**
 * Lengths of a password that a user chooses. The hash takes any length; the login page does not read more than
 * `most` UTF-16 units.
 */
export const passwordLimits = { least: 12, most: 500 } as const;

/** Characters that must remain after removing everything that guessers try first. */
const leastOfOwn = 6;

/**
 * Problems of a chosen password, worded for the user. Follows NIST SP 800-63B: long enough, not commonly used, not
 * made of the account's own names; no rule about kinds of characters.
 *
 * @param names the account's names, complete: name, display name, e-mail address
 */
export function findPasswordProblem(password: string, names: readonly string[]): string | undefined {
  const text = password.normalize("NFKC");
  const length = [...text].length;
  if (length < passwordLimits.least)
    return `This password has ${length === 1 ? "1 character" : `${length} characters`}; use at least ${passwordLimits.least}. Several words in a row work well.`;
  if (password.length > passwordLimits.most)
    return `This password is too long. Use at most ${passwordLimits.most} characters.`;
  const plain = stripPatterns(text.toLowerCase());
  if (countOwn(strip(plain, commonWords)) < leastOfOwn)
    return "This password is too easy to guess. Choose a less common one.";
  // Names before words: a name may contain a word.
  if (countOwn(strip(strip(plain, listNameParts(names)), commonWords)) < leastOfOwn)
    return "This password is too similar to your name. Choose one that is harder to guess.";
  return undefined;
}

/** Placeholder for removed text, so that its two sides do not form a word. */
const gap = "\0";

/** Separators do not count. */
function countOwn(text: string): number {
  return [...text.replace(/[\s._-]/g, "")].filter((character) => character !== gap).length;
}

function stripPatterns(text: string): string {
  return readSigns(stripRows(stripRuns(readUnit(text))).replace(/(?:19|20)\d\d/g, gap));
}

/** `adamadamadam` adds nothing to `adam`. */
function readUnit(text: string): string {
  return /^(.+?)\1+$/su.exec(text)?.[1] ?? text;
}

/** Removes runs of three or more equal or consecutive characters: `aaaa`, `1234`, `fedc`. */
function stripRuns(text: string): string {
  const characters = [...text];
  const codes = characters.map((character) => character.codePointAt(0)!);
  let kept = "";
  for (let start = 0; start < characters.length; ) {
    const step = codes[start + 1]! - codes[start]!;
    let end = start + 1;
    while (Math.abs(step) <= 1 && end < codes.length && codes[end]! - codes[end - 1]! === step) end++;
    const isRun = end - start >= 3;
    kept += isRun ? gap : characters[start];
    start = isRun ? end : start + 1;
  }
  return kept;
}

function stripRows(text: string): string {
  const pieces = keyRows.flatMap((row) => {
    const backwards = [...row].reverse().join("");
    return [row, backwards].flatMap((keys) =>
      Array.from({ length: keys.length - 3 }, (_, at) => keys.slice(at, at + 4)),
    );
  });
  // Longer stretches are several overlapping pieces: every character of any piece is removed.
  const covered = new Set<number>();
  for (const piece of pieces)
    for (let at = text.indexOf(piece); at >= 0; at = text.indexOf(piece, at + 1))
      for (let offset = 0; offset < piece.length; offset++) covered.add(at + offset);
  return text
    .split("")
    .map((character, at) => (covered.has(at) ? gap : character))
    .join("");
}

const signs: Readonly<Record<string, string>> = {
  ...{ "0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t" },
  ...{ "@": "a", $: "s", "!": "i" },
};

function readSigns(text: string): string {
  return text.replace(/[013457@$!]/g, (sign) => signs[sign]!);
}

function strip(text: string, words: readonly string[]): string {
  return words.reduce((left, word) => left.replaceAll(word, gap), text);
}

function listNameParts(names: readonly string[]): string[] {
  const parts = names.flatMap((name) => {
    const plain = name.normalize("NFKC").toLowerCase();
    return [plain, ...plain.split(/[^\p{L}\p{N}]+/u)];
  });
  return parts
    .filter((part) => part.length >= 3)
    .map(readSigns)
    .sort((a, b) => b.length - a.length);
}
