import { randomInt } from "node:crypto";
import type { Properties } from "../resource.ts";

/** Character classes of Secrets Manager's GetRandomPassword, each with the argument that excludes it. */
const classes = [
  { characters: "abcdefghijklmnopqrstuvwxyz", excludedBy: "excludeLowercase" },
  { characters: "ABCDEFGHIJKLMNOPQRSTUVWXYZ", excludedBy: "excludeUppercase" },
  { characters: "0123456789", excludedBy: "excludeNumbers" },
  { characters: "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", excludedBy: "excludePunctuation" },
] as const;

/**
 * A random password like Secrets Manager's GetRandomPassword: 32 characters by default, at least one of each
 * class. Throws an Error that names the unsatisfiable requirement.
 */
export function makePassword(options: Properties): string {
  const length = options.passwordLength ?? 32;
  if (typeof length !== "number" || !Number.isInteger(length) || length < 1 || length > 4096) {
    throw new Error(`is ${String(length)}; it must be a whole number from 1 to 4096.`);
  }
  const excluded = typeof options.excludeCharacters === "string" ? options.excludeCharacters : "";
  const alphabets: string[] = classes
    .filter(({ excludedBy }) => options[excludedBy] !== true)
    .map(({ characters }) => [...characters].filter((character) => !excluded.includes(character)).join(""));
  if (options.includeSpace === true) alphabets.push(" ");
  const usable = alphabets.filter((alphabet) => alphabet !== "");
  if (usable.length === 0) throw new Error("no character is left to choose from; exclude fewer.");
  const each = options.requireEachIncludedType !== false;
  if (each && length < usable.length) {
    throw new Error(
      `is ${length}; ${usable.length} kinds of character are required, so it must be at least that.`,
    );
  }
  const required = each ? usable.map(pick) : [];
  const all = usable.join("");
  const rest = Array.from({ length: length - required.length }, () => pick(all));
  return shuffle([...required, ...rest]).join("");
}

function pick(alphabet: string): string {
  return alphabet.charAt(randomInt(alphabet.length));
}

/** Fisher–Yates, with a cryptographic random source. */
function shuffle(characters: string[]): string[] {
  for (let i = characters.length - 1; i > 0; i -= 1) {
    const j = randomInt(i + 1);
    [characters[i], characters[j]] = [characters[j]!, characters[i]!];
  }
  return characters;
}
