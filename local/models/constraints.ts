import type { Shape } from "./model.ts";
import { matchesPattern } from "./pattern.ts";

/** What a constraint measures: a string's characters, a blob's bytes, a collection's entries. */
type Measured = string | readonly unknown[] | Uint8Array | Readonly<Record<string, unknown>>;

/** The constraints of a shape that a value does not satisfy, in AWS's words. The value has the shape's type. */
export function unsatisfied(shape: Shape, value: unknown): readonly string[] {
  return constraintsOf(shape)
    .filter(({ holds }) => !holds(value))
    .map(({ describe }) => describe());
}

/** Every constraint of a shape, as AWS lists them for the items of a list. */
export function describeConstraints(shape: Shape): string {
  return `[${constraintsOf(shape)
    .map(({ describe }) => describe())
    .join(", ")}]`;
}

interface Constraint {
  describe(): string;
  holds(value: unknown): boolean;
}

const known = new WeakMap<Shape, readonly Constraint[]>();

function constraintsOf(shape: Shape): readonly Constraint[] {
  const before = known.get(shape);
  if (before) return before;
  const found = [...boundsOf(shape), ...valuesOf(shape)];
  known.set(shape, found);
  return found;
}

function valuesOf({ pattern, enum: allowed }: Shape): readonly Constraint[] {
  const found: Constraint[] = [];
  if (pattern !== undefined)
    found.push({
      describe: () => `Member must satisfy regular expression pattern: ${pattern}`,
      holds: (value) => matchesPattern(pattern, value as string),
    });
  if (allowed)
    found.push({
      describe: () => `Member must satisfy enum value set: [${allowed.join(", ")}]`,
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
      describe: () => `Member must have ${noun} less than or equal to ${max}`,
      holds: (value) => measure(value) <= max,
    });
  if (min !== undefined)
    found.push({
      describe: () => `Member must have ${noun} greater than or equal to ${min}`,
      holds: (value) => measure(value) >= min,
    });
  return found;
}

function size(value: Measured): number {
  if (typeof value === "string") return [...value].length;
  if (value instanceof Uint8Array || Array.isArray(value)) return value.length;
  return Object.keys(value).length;
}
