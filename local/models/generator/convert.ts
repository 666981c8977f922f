import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import type { Member, ServiceModel, Shape } from "../model.ts";

/** The parts of botocore's `service-2.json` that are used here. */
interface Source {
  readonly operations: Readonly<Record<string, { readonly input?: { readonly shape: string } }>>;
  readonly shapes: Readonly<Record<string, Shape>>;
}

interface Cut {
  /** Path in the package, recorded with the model. */
  readonly file: string;
  /** The bytes of that file: `service-2.json.gz`. */
  readonly compressed: Uint8Array;
  readonly operations: ReadonlySet<string> | "all";
}

/** Extracts the input constraints from a botocore model: the selected operations and every shape below them. */
export function cutModel({ file, compressed, operations }: Cut): ServiceModel {
  const bytes = gunzipSync(compressed);
  const source = JSON.parse(bytes.toString("utf8")) as Source;
  const wanted = operations === "all" ? Object.keys(source.operations) : [...operations];
  const inputs: Record<string, string | null> = {};
  const shapes = new Map<string, Shape>();
  for (const name of wanted.sort()) {
    const operation = source.operations[name];
    if (!operation) throw new Error(`${file} has no operation ${name}`);
    inputs[name] = operation.input?.shape ?? null;
    if (operation.input) collectShapes(source, operation.input.shape, shapes);
  }
  return {
    source: { file, sha256: createHash("sha256").update(bytes).digest("hex") },
    operations: inputs,
    shapes: Object.fromEntries([...shapes].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

function collectShapes(source: Source, name: string, found: Map<string, Shape>): void {
  if (found.has(name)) return;
  const shape = source.shapes[name];
  if (!shape) throw new Error(`no shape ${name}`);
  found.set(name, cutShape(shape));
  const below = [...Object.values(shape.members ?? {}), shape.member, shape.key, shape.value];
  for (const member of below) if (member) collectShapes(source, member.shape, found);
}

function cutShape(shape: Shape): Shape {
  const { type, required, members, member, key, value, min, max, pattern, enum: values, sensitive } = shape;
  return {
    type,
    ...(required && required.length > 0 && { required }),
    ...(members && {
      members: Object.fromEntries(Object.entries(members).map(([name, each]) => [name, cutMember(each)])),
    }),
    ...(member && { member: cutMember(member) }),
    ...(key && { key: cutMember(key) }),
    ...(value && { value: cutMember(value) }),
    ...(min !== undefined && { min }),
    ...(max !== undefined && { max }),
    ...(pattern !== undefined && { pattern }),
    ...(values && { enum: values }),
    ...(sensitive && { sensitive }),
  };
}

function cutMember({ shape, location, locationName }: Member): Member {
  return { shape, ...(location && { location }), ...(locationName && { locationName }) };
}

/** The text of a model's file: one line per operation and shape, so that a new version has a readable diff. */
export function renderModel({ source, operations, shapes }: ServiceModel): string {
  const lines = (entries: Readonly<Record<string, unknown>>) =>
    Object.entries(entries)
      .map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`)
      .join(",\n");
  return [
    `{"source":${JSON.stringify(source)},`,
    `"operations":{`,
    `${lines(operations)}},`,
    `"shapes":{`,
    `${lines(shapes)}}}`,
    "",
  ].join("\n");
}
