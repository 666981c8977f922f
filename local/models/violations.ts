import { describeConstraints, unsatisfied } from "./constraints.ts";
import { type Member, type ServiceModel, type Shape, shapeOf } from "./model.ts";
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

/** Every violation of an operation's model by an input, in the order of the model. */
export function findViolations(
  model: ServiceModel,
  operation: string,
  input: Readonly<Record<string, unknown>>,
  wire: Wire,
): readonly Violation[] {
  const name = model.operations[operation];
  if (name === undefined) throw new Error(`the model of ${model.source.file} has no operation ${operation}`);
  return name === null
    ? []
    : ofStructure(model, shapeOf(model, name), input, { member: "", path: "", inBody: true, wire });
}

function ofValue(model: ServiceModel, shape: Shape, value: unknown, place: Place): readonly Violation[] {
  if (shape.type === "structure") {
    if (isRecord(value)) return ofStructure(model, shape, value, place);
    return place.wire === "form" && value === ""
      ? ofStructure(model, shape, {}, place)
      : [wrongType(shape, value, place)];
  }
  if (shape.type === "list") return ofList(model, shape, value, place);
  if (shape.type === "map") return ofMap(model, shape, value, place);
  const converted = convertScalar(shape.type, value, place.wire);
  if (converted === undefined) return [wrongType(shape, value, place)];
  return unsatisfied(shape, converted).map((constraint) => violated(shape, value, place, constraint));
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
  if (!Array.isArray(items) || !shape.member) return [wrongType(shape, value, place)];
  const itemShape = shapeOf(model, shape.member.shape);
  const own = unsatisfied(shape, items).map((constraint) => violated(shape, items, place, constraint));
  const below = items.map((item, index) =>
    ofValue(model, itemShape, item, {
      member: `${place.member}.${index + 1}`,
      path: `${place.path}.${index + 1}.member`,
      inBody: place.inBody,
      wire: place.wire,
    }),
  );
  return [...own, ...joinScalars(itemShape, below.flat(), items, place)];
}

/** AWS reports items that are not structures once, at their list, with every constraint of an item. */
function joinScalars(
  itemShape: Shape,
  found: readonly Violation[],
  items: readonly unknown[],
  place: Place,
): readonly Violation[] {
  const joined = found.filter(({ kind }) => kind === "constraint");
  if (isComposite(itemShape) || joined.length === 0) return found;
  const constraint = `Member must satisfy constraint: ${describeConstraints(itemShape)}`;
  return [
    ...found.filter(({ kind }) => kind !== "constraint"),
    violated(itemShape, items, place, constraint),
  ];
}

function ofMap(model: ServiceModel, shape: Shape, value: unknown, place: Place): readonly Violation[] {
  const entries = place.wire === "form" ? readFormMap(value) : value;
  if (!isRecord(entries) || !shape.key || !shape.value) return [wrongType(shape, value, place)];
  const keyShape = shapeOf(model, shape.key.shape);
  const valueShape = shapeOf(model, shape.value.shape);
  const own = unsatisfied(shape, entries).map((constraint) => violated(shape, entries, place, constraint));
  const keys = Object.keys(entries).flatMap((key) =>
    unsatisfied(keyShape, key).length === 0
      ? []
      : [
          violated(
            shape,
            entries,
            place,
            `Map keys must satisfy constraint: ${describeConstraints(keyShape)}`,
          ),
        ],
  );
  const values = Object.entries(entries).flatMap(([key, item]) => {
    const found = ofValue(model, valueShape, item, {
      member: `${place.member}.${key}`,
      path: `${place.path}.${key}.member`,
      inBody: place.inBody,
      wire: place.wire,
    });
    const constraint = `Map value must satisfy constraint: ${describeConstraints(valueShape)}`;
    return isComposite(valueShape)
      ? found
      : found.map((violation) =>
          violation.kind === "constraint" ? violated(shape, entries, place, constraint) : violation,
        );
  });
  return [...own, ...keys, ...values];
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

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function missing({ member, path, inBody }: Place): Violation {
  return { kind: "missing", member, path, inBody, value: undefined, constraint: "Member must not be null" };
}

function violated(shape: Shape, value: unknown, place: Place, constraint: string): Violation {
  return { kind: "constraint", ...describe(shape, value, place), constraint };
}

function describe(shape: Shape, value: unknown, { member, path, inBody }: Place) {
  return { member, path, inBody, value: shape.sensitive ? undefined : render(value) };
}

const jsonKinds: Readonly<Record<string, string>> = {
  string: "STRING_VALUE",
  number: "NUMBER_VALUE",
  boolean: "BOOLEAN_VALUE",
};

function wrongType(shape: Shape, value: unknown, place: Place): Violation {
  const kind = jsonKinds[typeof value] ?? (Array.isArray(value) ? "START_ARRAY" : "START_OBJECT");
  const { type } = shape;
  const noun = `${/^[aeiou]/.test(type) ? "an" : "a"} ${type.charAt(0).toUpperCase()}${type.slice(1)}`;
  const constraint = `${kind} can not be converted to ${noun}`;
  return { kind: "type", ...describe(shape, value, place), constraint };
}

/** As Java prints it: `[a, b]`, `{k=v}`. */
function render(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(render).join(", ")}]`;
  if (isRecord(value))
    return `{${Object.entries(value)
      .map(([key, item]) => `${key}=${render(item)}`)
      .join(", ")}}`;
  return String(value);
}
