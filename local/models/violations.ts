import { isRecord } from "../is-record.ts";
import { describeConstraints, unsatisfied } from "./constraints.ts";
import { type Member, type ServiceModel, type Shape, shapeOf } from "./model.ts";
import { renderValue } from "./render-value.ts";
import { convertScalar, type Wire } from "./wire-values.ts";

/** One violation of AWS's model by an input. */
export interface Violation {
  readonly kind: "missing" | "type" | "constraint" | "unknown";
  /** The member by the names of the API: `TargetGroups.1.TargetGroupArn`. */
  readonly member: string;
  /** The same in the form of AWS's messages: `targetGroups.1.member.targetGroupArn`. */
  readonly path: string;
  /** The value as messages repeat it; undefined if the model marks it as sensitive. */
  readonly value: string | undefined;
  /** The violated constraint, as AWS words it; for a wrong type: the kind of JSON value and the type. */
  readonly constraint: string;
  /** Whether a REST protocol carries the member in the body. */
  readonly inBody: boolean;
}

interface Place {
  readonly member: string;
  readonly path: string;
  readonly inBody: boolean;
  readonly wire: Wire;
}

/** No response lists more violations than this, and a caller gains nothing from a longer one. */
const mostViolations = 100;

/** The first violations of an operation's model by an input, in the order of the model. */
export function findViolations(
  model: ServiceModel,
  operation: string,
  input: Readonly<Record<string, unknown>>,
  wire: Wire,
): readonly Violation[] {
  const name = model.operations[operation];
  if (name === undefined) throw new Error(`the model of ${model.source.file} has no operation ${operation}`);
  if (name === null) return [];
  const place = { member: "", path: "", inBody: true, wire };
  return ofStructure(model, shapeOf(model, name), input, place).slice(0, mostViolations);
}

function ofValue(model: ServiceModel, shape: Shape, value: unknown, place: Place): readonly Violation[] {
  if (shape.type === "structure") {
    if (isRecord(value)) return ofStructure(model, shape, value, place);
    return place.wire === "form" && value === ""
      ? ofStructure(model, shape, {}, place)
      : [wrongType(model, shape, value, place)];
  }
  if (shape.type === "list") return ofList(model, shape, value, place);
  if (shape.type === "map") return ofMap(model, shape, value, place);
  const converted = convertScalar(shape.type, value, place.wire);
  if (converted === undefined) return [wrongType(model, shape, value, place)];
  return unsatisfied(shape, converted).map((constraint) => violated(model, shape, value, place, constraint));
}

function ofStructure(
  model: ServiceModel,
  shape: Shape,
  value: Readonly<Record<string, unknown>>,
  place: Place,
): readonly Violation[] {
  const members = shape.members ?? {};
  const known = Object.entries(members).flatMap(([name, member]) => {
    const below = memberPlace(place, name, member);
    const given = value[name];
    if (given !== undefined && given !== null)
      return ofValue(model, shapeOf(model, member.shape), given, below);
    return shape.required?.includes(name) ? [missing(below)] : [];
  });
  const unknown = Object.keys(value)
    .filter((name) => !Object.hasOwn(members, name))
    .slice(0, mostViolations)
    .map((name): Violation => {
      const { member, path, inBody } = memberPlace(place, name, undefined);
      return { kind: "unknown", member, path, inBody, value: undefined, constraint: "Member is not known" };
    });
  return [...known, ...unknown];
}

function memberPlace(place: Place, name: string, member: Member | undefined): Place {
  const lower = name.charAt(0).toLowerCase() + name.slice(1);
  // Paths, queries and headers are text in every protocol.
  const wire = member?.location !== undefined && place.wire === "json" ? "form" : place.wire;
  return {
    member: place.member === "" ? name : `${place.member}.${name}`,
    path: place.path === "" ? lower : `${place.path}.${lower}`,
    inBody: place.inBody && member?.location === undefined,
    wire,
  };
}

function ofList(model: ServiceModel, shape: Shape, value: unknown, place: Place): readonly Violation[] {
  const items = place.wire === "form" && value === "" ? [] : value;
  if (!Array.isArray(items) || !shape.member) return [wrongType(model, shape, value, place)];
  const itemShape = shapeOf(model, shape.member.shape);
  const broken = (constraint: string) => violated(model, shape, items, place, constraint);
  const numbered = items.map((item, index) => [index + 1, item] as const);
  return [
    ...unsatisfied(shape, items).map(broken),
    ...ofItems(model, itemShape, numbered, place, () =>
      broken(`Member must satisfy constraint: ${describeConstraints(itemShape)}`),
    ),
  ];
}

function ofMap(model: ServiceModel, shape: Shape, value: unknown, place: Place): readonly Violation[] {
  const entries = place.wire === "form" ? readFormMap(value) : value;
  if (!isRecord(entries) || !shape.key || !shape.value) return [wrongType(model, shape, value, place)];
  const keyShape = shapeOf(model, shape.key.shape);
  const valueShape = shapeOf(model, shape.value.shape);
  const broken = (constraint: string) => violated(model, shape, entries, place, constraint);
  const hasBrokenKey = Object.keys(entries).some((key) => unsatisfied(keyShape, key).length > 0);
  return [
    ...unsatisfied(shape, entries).map(broken),
    ...(hasBrokenKey ? [broken(`Map keys must satisfy constraint: ${describeConstraints(keyShape)}`)] : []),
    ...ofItems(model, valueShape, Object.entries(entries), place, () =>
      broken(`Map value must satisfy constraint: ${describeConstraints(valueShape)}`),
    ),
  ];
}

/**
 * Violations of the items of a list or map, until there are more than any response lists: an input can have a million
 * items. AWS reports items that are not collections once, by `join`, with every constraint of an item.
 */
function ofItems(
  model: ServiceModel,
  shape: Shape,
  items: readonly (readonly [label: string | number, item: unknown])[],
  { member, path, inBody, wire }: Place,
  join: () => Violation,
): readonly Violation[] {
  const found: Violation[] = [];
  for (const [label, item] of items) {
    if (found.length >= mostViolations) break;
    const place = { member: `${member}.${label}`, path: `${path}.${label}.member`, inBody, wire };
    found.push(...ofValue(model, shape, item, place));
  }
  const others = found.filter(({ kind }) => kind !== "constraint");
  return isComposite(shape) || others.length === found.length ? found : [...others, join()];
}

/** In a form, a map is a list of entries. */
function readFormMap(value: unknown): unknown {
  if (value === "") return {};
  if (!Array.isArray(value)) return value;
  return Object.fromEntries(
    value.filter(isRecord).map((entry) => [String(entry.key ?? entry.Name), entry.value ?? entry.Value]),
  );
}

function isComposite({ type }: Shape): boolean {
  return type === "structure" || type === "list" || type === "map";
}

function missing({ member, path, inBody }: Place): Violation {
  return { kind: "missing", member, path, inBody, value: undefined, constraint: "Member must not be null" };
}

function violated(
  model: ServiceModel,
  shape: Shape,
  value: unknown,
  place: Place,
  constraint: string,
): Violation {
  return { kind: "constraint", ...describe(model, shape, value, place), constraint };
}

function describe(model: ServiceModel, shape: Shape, value: unknown, { member, path, inBody }: Place) {
  return { member, path, inBody, value: isSensitive(model, shape) ? undefined : renderValue(value) };
}

/** Whether the model marks the shape, or anything that it contains, as sensitive. */
function isSensitive(model: ServiceModel, shape: Shape, seen = new Set<Shape>()): boolean {
  if (shape.sensitive) return true;
  if (seen.has(shape)) return false;
  seen.add(shape);
  const parts = [shape.member, shape.key, shape.value, ...Object.values(shape.members ?? {})];
  return parts.some((part) => part !== undefined && isSensitive(model, shapeOf(model, part.shape), seen));
}

const jsonKinds: Readonly<Record<string, string>> = {
  string: "STRING_VALUE",
  number: "NUMBER_VALUE",
  boolean: "BOOLEAN_VALUE",
};

function wrongType(model: ServiceModel, shape: Shape, value: unknown, place: Place): Violation {
  const kind = jsonKinds[typeof value] ?? (Array.isArray(value) ? "START_ARRAY" : "START_OBJECT");
  const { type } = shape;
  const noun = `${/^[aeiou]/.test(type) ? "an" : "a"} ${type.charAt(0).toUpperCase()}${type.slice(1)}`;
  const constraint = `${kind} can not be converted to ${noun}`;
  return { kind: "type", ...describe(model, shape, value, place), constraint };
}
