/** A parsed value, or the sentence that states the requirement. */
export type Parsed<T> = { readonly value: T } | { readonly problem: string };

/** Parses one configuration value from its text. Never throws. */
export type Parser<T> = (text: string) => Parsed<T>;

const fits = <T>(value: T): Parsed<T> => ({ value });
const unfit = (problem: string): Parsed<never> => ({ problem });

/** Text that matches; `allowed` completes the sentence "it must be …". */
export function text(pattern: RegExp, allowed: string): Parser<string> {
  return (value) => (pattern.test(value) ? fits(value) : unfit(allowed));
}

/** Like {@link text}, or empty. */
export function optionalText(pattern: RegExp, allowed: string): Parser<string | undefined> {
  return (value) => (value === "" ? fits(undefined) : text(pattern, allowed)(value));
}

/** A whole number within two bounds, inclusive. */
export function wholeNumber(least: number, most: number): Parser<number> {
  return (value) => {
    const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
    return number >= least && number <= most
      ? fits(number)
      : unfit(`a whole number from ${least} to ${most}`);
  };
}

/** One word of a fixed set. */
export function choice<T extends string>(words: readonly T[]): Parser<T> {
  return (value) => {
    const found = words.find((word) => word === value);
    return found === undefined ? unfit(`one of ${words.join(", ")}`) : fits(found);
  };
}

/** One number of a fixed set. */
export function oneOf(numbers: readonly number[]): Parser<number> {
  return (value) => {
    const found = numbers.find((number) => String(number) === value);
    return found === undefined ? unfit(`one of ${numbers.join(", ")}`) : fits(found);
  };
}

/** Values separated by commas, without duplicates; empty text is an empty list. */
export function list<T>(parse: Parser<T>, most = Number.POSITIVE_INFINITY): Parser<readonly T[]> {
  return (value) => {
    const items: T[] = [];
    for (const part of value.split(",").map((item) => item.trim())) {
      if (part === "") continue;
      const item = parse(part);
      if ("problem" in item) return unfit(`a comma separated list in which "${part}" is ${item.problem}`);
      items.push(item.value);
    }
    const unique = [...new Set(items)];
    return unique.length > most ? unfit(`a list of at most ${most}; it has ${unique.length}`) : fits(unique);
  };
}

/** A PEM block with that label, or empty. */
export function optionalPem(label: string): Parser<string | undefined> {
  const block = new RegExp(`^-----BEGIN ${label}-----\\s[A-Za-z0-9+/=\\s]+-----END ${label}-----\\s*$`);
  return (value) => {
    if (value === "") return fits(undefined);
    return block.test(value) ? fits(`${value.trimEnd()}\n`) : unfit(`one PEM block "${label}"`);
  };
}

/** A UTC time in RFC 3339 form, or empty. */
export const optionalTime: Parser<string | undefined> = (value) => {
  if (value === "") return fits(undefined);
  const shaped = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/.test(value);
  return shaped && !Number.isNaN(Date.parse(value))
    ? fits(value)
    : unfit("a time in UTC, like 2026-11-24T18:00:00Z");
};
