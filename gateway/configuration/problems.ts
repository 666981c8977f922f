import { hasInvisible } from "../page/invisible.ts";
import type { Bounds } from "./bounds.ts";
import type { Kind } from "./document.ts";

/** One problem: what is wrong, where, and what would be valid. */
export interface Problem {
  readonly kind: Kind;
  readonly name: string;
  /** The entry's field; absent where the whole entry is invalid. */
  readonly field?: string;
  readonly message: string;
}

/** Collects problems of all entries, so that all are reported at once. */
export class Problems {
  readonly found: Problem[] = [];

  /** A reporter for one entry. */
  of(kind: Kind, name: string): EntryProblems {
    return new EntryProblems(this.found, kind, name);
  }
}

export class EntryProblems {
  readonly #found: Problem[];
  readonly #kind: Kind;
  readonly #name: string;

  constructor(found: Problem[], kind: Kind, name: string) {
    this.#found = found;
    this.#kind = kind;
    this.#name = name;
  }

  add(field: string, message: string): void {
    this.#found.push({ kind: this.#kind, name: this.#name, field, message });
  }

  require(holds: boolean, field: string, message: string): void {
    if (!holds) this.add(field, message);
  }

  number(field: string, value: number, bounds: Bounds, whole = true): void {
    const { least, most, unit } = bounds;
    const holds =
      (whole ? Number.isInteger(value) : Number.isFinite(value)) && value >= least && value <= most;
    const range = `${least} to ${most}${unit === undefined ? "" : ` ${unit}`}`;
    this.require(
      holds,
      field,
      `${value} is out of range; it must be ${whole ? "a whole number from " : ""}${range}.`,
    );
  }

  text(field: string, value: string, longest: number): void {
    this.require(
      value.length <= longest,
      field,
      `It has ${value.length} characters; the maximum is ${longest}.`,
    );
    this.require(!hasInvisible(value), field, "It contains an invisible character.");
  }

  /** Every word must be one of `known` and occur once. */
  words(field: string, words: readonly string[], known: { has(word: string): boolean }, what: string): void {
    for (const word of words)
      this.require(known.has(word), field, `Unknown ${what}: ${JSON.stringify(word)}.`);
  }
}
