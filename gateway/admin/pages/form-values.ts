import type { Kind } from "../../configuration/document.ts";
import type { Problem } from "../../configuration/problems.ts";

/** Form values, shown or submitted, by field. */
export type Values = Readonly<Record<string, string | readonly string[]>>;

/** Converts form values to an entry's types, and records values that are not numbers. */
export class FormReader {
  readonly problems: Problem[] = [];
  readonly values: Values;
  readonly #kind: Kind;

  constructor(kind: Kind, body: unknown) {
    this.#kind = kind;
    this.values = typeof body === "object" && body !== null ? (body as Values) : {};
  }

  get name(): string {
    return this.text("name");
  }

  text(field: string): string {
    const value = this.values[field] ?? "";
    if (typeof value === "string") return value.trim();
    this.problems.push({
      kind: this.#kind,
      name: field === "name" ? "" : this.name,
      field,
      message: "This field was sent more than once.",
    });
    return "";
  }

  optional(field: string): string | null {
    const text = this.text(field);
    return text === "" ? null : text;
  }

  flag(field: string): boolean {
    return this.text(field) !== "";
  }

  /** Selected check boxes, or words or lines of a text. */
  list(field: string): readonly string[] {
    const value = this.values[field] ?? [];
    const texts = typeof value === "string" ? [value] : value;
    return texts.flatMap((text) => text.split(/[\s,]+/)).filter((word) => word !== "");
  }

  lines(field: string): readonly string[] {
    return this.text(field)
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter((line) => line !== "");
  }

  number(field: string, usual: number): number {
    return this.parseNumber(field, this.text(field), usual);
  }

  parseNumber(field: string, text: string, usual: number): number {
    if (text === "") return usual;
    const value = Number(text);
    if (Number.isFinite(value)) return value;
    this.problems.push({
      kind: this.#kind,
      name: this.name,
      field,
      message: `${JSON.stringify(text)} is not a number.`,
    });
    return usual;
  }
}
