import { type ConfigurationDocument, type Entry, type Kind, kinds } from "./document.ts";

/** How one entry changed. */
export interface Difference {
  readonly kind: Kind;
  readonly name: string;
  readonly change: "added" | "changed" | "removed";
  readonly fields: readonly FieldDifference[];
}

export interface FieldDifference {
  readonly field: string;
  /** Absent for an added entry. */
  readonly before?: unknown;
  /** Absent for a removed entry. */
  readonly after?: unknown;
}

/** Differences between two normalized documents, by kind and name; empty when they are equivalent. */
export function computeDifferences(
  before: ConfigurationDocument,
  after: ConfigurationDocument,
): readonly Difference[] {
  return kinds.flatMap((kind) => compareKind(kind, before[kind], after[kind]));
}

function compareKind(kind: Kind, before: readonly Entry[], after: readonly Entry[]): Difference[] {
  const old = new Map(before.map((entry) => [entry.name, entry]));
  const now = new Map(after.map((entry) => [entry.name, entry]));
  const names = [...new Set([...old.keys(), ...now.keys()])].sort();
  return names.flatMap((name) => {
    const fields = compareFields(old.get(name), now.get(name));
    if (fields.length === 0) return [];
    const change = !old.has(name) ? "added" : now.has(name) ? "changed" : "removed";
    return [{ kind, name, change, fields }];
  });
}

function compareFields(before: Entry | undefined, after: Entry | undefined): FieldDifference[] {
  const names = Object.keys({ ...before, ...after }).filter((field) => field !== "name");
  return names.flatMap((field): FieldDifference[] => {
    const old = before?.[field as keyof Entry] as unknown;
    const now = after?.[field as keyof Entry] as unknown;
    if (before === undefined) return [{ field, after: now }];
    if (after === undefined) return [{ field, before: old }];
    return JSON.stringify(old) === JSON.stringify(now) ? [] : [{ field, before: old, after: now }];
  });
}

/** Everything that was issued to the client has ended. */
export function describeTokenEnd(clientName: string): Difference {
  return {
    kind: "clients",
    name: clientName,
    change: "changed",
    fields: [{ field: "tokens", before: "(previous tokens)", after: "(ended)" }],
  };
}

/** Reports that a secret was replaced, not the secret. */
export function describeSecretChange(clientName: string): Difference {
  return {
    kind: "clients",
    name: clientName,
    change: "changed",
    fields: [{ field: "secret", before: "(hidden)", after: "(new secret)" }],
  };
}
