import { isDeepStrictEqual } from "node:util";
import { unwrapAll } from "../pulumi-protocol/markers.ts";
import type { Properties, Value } from "../resource.ts";
import type { ResourceHandler } from "../resource-handler.ts";
import { isAutomatic, namedBy } from "./autonaming.ts";

export type ChangeKind = "add" | "delete" | "update";

export interface Change {
  /** Path as Pulumi prints it: `tags.Name`, `subnets[0]`, `tags["dmm:owner"]`. */
  readonly path: string;
  readonly kind: ChangeKind;
  readonly replaces: boolean;
}

export interface Difference {
  readonly changes: readonly Change[];
  /** Changed top-level properties, and those of them that force a replacement. */
  readonly changed: readonly string[];
  readonly replaces: readonly string[];
  readonly deleteBeforeReplace: boolean;
  /** Outputs that an update does not change, so that dependants need not wait for it. */
  readonly stables: readonly string[];
}

export interface DiffRequest {
  readonly urn: string;
  readonly name: string;
  readonly oldInputs: Properties;
  readonly news: Properties;
  readonly ignoreChanges: readonly string[];
}

/** Compares the new inputs with those of the last creation or update; secrets are compared in clear text. */
export function diffInputs(handler: ResourceHandler, request: DiffRequest): Difference {
  const olds = unwrapAll(request.oldInputs);
  const news = unwrapAll(request.news);
  const names = [...new Set([...Object.keys(olds), ...Object.keys(news)])]
    .filter((name) => !name.startsWith("__") && !request.ignoreChanges.includes(name))
    .sort();
  const forces = (name: string) => !handler.update || handler.replaceOn.includes(name) || name === "region";
  const changes = names.flatMap((name) =>
    compare(olds[name], news[name], name).map((change) => ({ ...change, replaces: forces(name) })),
  );
  const changed = names.filter((name) => !isSame(olds[name], news[name]));
  const replaces = changed.filter(forces);
  return {
    changes,
    changed,
    replaces,
    deleteBeforeReplace: replaces.length > 0 && cannotStandBeside(handler, request, olds, news),
    stables: stablesOf(handler, replaces.length > 0),
  };
}

/** Old and new cannot coexist if AWS forbids it, or if the program set a fixed name that both would have. */
function cannotStandBeside(
  handler: ResourceHandler,
  request: DiffRequest,
  olds: Properties,
  news: Properties,
): boolean {
  if (handler.deleteBeforeReplace) return true;
  const named = namedBy(handler, request, news);
  if (!named) return false;
  const kept = news[named.property];
  return isSame(olds[named.property], kept) && !isAutomatic(kept, named);
}

function stablesOf(handler: ResourceHandler, replaced: boolean): readonly string[] {
  if (replaced) return [];
  const changing = handler.changing ?? [];
  return ["id", ...handler.computed, ...handler.replaceOn].filter((name) => !changing.includes(name));
}

function isSame(old: Value | undefined, wanted: Value | undefined): boolean {
  return isDeepStrictEqual(old ?? null, wanted ?? null);
}

function compare(
  old: Value | undefined,
  wanted: Value | undefined,
  path: string,
): Omit<Change, "replaces">[] {
  if (isSame(old, wanted)) return [];
  if (old === undefined || old === null) return [{ path, kind: "add" }];
  if (wanted === undefined || wanted === null) return [{ path, kind: "delete" }];
  if (Array.isArray(old) && Array.isArray(wanted)) {
    return Array.from({ length: Math.max(old.length, wanted.length) }).flatMap((_, index) =>
      compare(old[index], wanted[index], `${path}[${index}]`),
    );
  }
  if (isMap(old) && isMap(wanted)) {
    const keys = [...new Set([...Object.keys(old), ...Object.keys(wanted)])].sort();
    return keys.flatMap((key) => compare(old[key], wanted[key], `${path}${renderKey(key)}`));
  }
  return [{ path, kind: "update" }];
}

function isMap(value: Value): value is { [key: string]: Value } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function renderKey(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}
