import type { Shape } from "./model.ts";
import { matchesPattern } from "./pattern.ts";

/** What a constraint measures: a string's characters, a blob's bytes, a collection's entries. */
type Measured = string | readonly unknown[] | Uint8Array | Readonly<Record<string, unknown>>;

/** The constraints of a shape that a value violates, as AWS words them. The value has the shape's type. */
export function unsatisfied(shape: Shape, value: unknown): readonly string[] {
  return constraintsOf(shape)
    .filter(({ holds }) => !holds(value))
    .map(({ text }) => text);
}

/** Every constraint of a shape, as AWS lists them for the items of a list. */
export function describeConstraints(shape: Shape): string {
  return `[${constraintsOf(shape)
    .map(({ text }) => text)
    .join(", ")}]`;
}

interface Constraint {
  readonly text: string;
  holds(value: unknown): boolean;
}

function constraintsOf(shape: Shape): readonly Constraint[] {
  const { pattern, enum: allowed } = shape;
  const found: Constraint[] = [...boundsOf(shape)];
  if (pattern !== undefined)
    found.push({
      text: `Member must satisfy regular expression pattern: ${pattern}`,
      holds: (value) => matchesPattern(pattern, value as string),
    });
  if (allowed)
    found.push({
      text: `Member must satisfy enum value set: [${allowed.join(", ")}]`,
      holds: (value) => allowed.includes(value as string),
    });
  return found;
}

const numbers = ["integer", "long", "double", "float"];

function boundsOf({ type, min, max }: Shape): readonly Constraint[] {
  const ofNumber = numbers.includes(type);
  const noun = ofNumber ? "value" : "length";
  const measure = ofNumber
    ? (value: unknown) => value as number
    : (value: unknown) => size(value as Measured);
  const found: Constraint[] = [];
  if (max !== undefined)
    found.push({
      text: `Member must have ${noun} less than or equal to ${max}`,
      holds: (value) => measure(value) <= max,
    });
  if (min !== undefined)
    found.push({
      text: `Member must have ${noun} greater than or equal to ${min}`,
      holds: (value) => measure(value) >= min,
    });
  return found;
}

function size(value: Measured): number {
  if (typeof value === "string") return [...value].length;
  if (value instanceof Uint8Array || Array.isArray(value)) return value.length;
  return Object.keys(value).length;
}
