import { isRecord } from "../../is-record.ts";
import { type Member, type ServiceModel, type Shape, shapeOf } from "../model.ts";

interface Target {
  readonly model: ServiceModel;
  readonly shape: Shape;
  readonly renamed: Readonly<Record<string, string>>;
}

/**
 * Converts a value from a Pulumi program to an API's shape: names, lists of one, maps of tags, numbers as text. A
 * name that the shape does not have is unchanged, so that it is detected later.
 */
export function shapeInput(target: Target, value: unknown): unknown {
  const { model, shape } = target;
  const at = (member: Member | undefined, item: unknown) =>
    member ? shapeInput({ ...target, shape: shapeOf(model, member.shape) }, item) : item;
  switch (shape.type) {
    case "structure":
      return shapeStructure(target, Array.isArray(value) && value.length === 1 ? value[0] : value);
    case "list":
      return listOf(model, shape, value)?.map((item) => at(shape.member, item)) ?? value;
    case "map":
      return isRecord(value)
        ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, at(shape.value, item)]))
        : value;
    case "string":
      return typeof value === "number" || typeof value === "boolean" ? String(value) : value;
    default:
      return value;
  }
}

function shapeStructure({ model, shape, renamed }: Target, value: unknown): unknown {
  if (!isRecord(value)) return value;
  const members = shape.members ?? {};
  const entries = Object.entries(value)
    .filter(([, item]) => item !== undefined && item !== null)
    .map(([name, item]) => {
      const found = findMember(members, renamed[name] ?? name) ?? findMember(members, name);
      const member = found === undefined ? undefined : members[found];
      if (found === undefined || !member) return [name, item];
      return [found, shapeInput({ model, shape: shapeOf(model, member.shape), renamed }, item)];
    });
  return Object.fromEntries(entries);
}

/** Pulumi writes names in camel case and in the singular or plural that reads well; AWS has its own way of each. */
function findMember(members: Readonly<Record<string, Member>>, name: string): string | undefined {
  if (Object.hasOwn(members, name)) return name;
  const lower = name.toLowerCase();
  const forms = [lower, `${lower}s`, lower.replace(/s$/, ""), lower.replace(/ies$/, "y")];
  for (const form of forms) {
    const found = Object.keys(members).find((member) => member.toLowerCase() === form);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The items of a list; an object is the only item, or, where items have a key and a value, stands for all of them. */
function listOf(model: ServiceModel, shape: Shape, value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value;
  if (!isRecord(value) || !shape.member) return undefined;
  const members = Object.keys(shapeOf(model, shape.member.shape).members ?? {});
  const key = members.find((name) => /^((tag)?key|name)$/i.test(name));
  const content = members.find((name) => /^(tag)?value$/i.test(name));
  if (key === undefined || content === undefined || members.length > 2) return [value];
  return Object.entries(value).map(([name, item]) => ({ [key]: name, [content]: item }));
}
