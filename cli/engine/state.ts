import { rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readFileIfPresent } from "../../machine/files.ts";
import type { Home } from "../home.ts";

/** The file backend's state of one stack, read without the engine. */
export type StackState =
  | { readonly kind: "absent" }
  | { readonly kind: "damaged"; readonly problem: string }
  | { readonly kind: "present"; readonly resources: number; readonly pending: number }
  /** A backend other than files: only the engine can read it. */
  | { readonly kind: "elsewhere" };

export function readStackState(home: Home, project: string, name: string): StackState {
  const file = stackFile(home, project, name);
  if (file === undefined) return { kind: "elsewhere" };
  const text = readFileIfPresent(file);
  if (text === undefined) return { kind: "absent" };
  try {
    const { checkpoint } = JSON.parse(text) as {
      checkpoint: { latest?: { resources?: unknown[]; pending_operations?: unknown[] } };
    };
    const { resources = [], pending_operations: pending = [] } = checkpoint.latest ?? {};
    if (!Array.isArray(resources) || !Array.isArray(pending)) throw new Error("its resources are not a list");
    return { kind: "present", resources: resources.length, pending: pending.length };
  } catch (cause) {
    return { kind: "damaged", problem: (cause as Error).message };
  }
}

/** One resource as the file backend has it. */
export interface StateResource {
  readonly type: string;
  readonly id?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

/** The resources of a stack, read without the engine; empty if there is no state. */
export function readStateResources(home: Home, project: string, name: string): readonly StateResource[] {
  const file = stackFile(home, project, name);
  try {
    const text = file === undefined ? undefined : readFileIfPresent(file);
    const { checkpoint } = JSON.parse(text ?? "{}") as {
      checkpoint?: { latest?: { resources?: StateResource[] } };
    };
    return checkpoint?.latest?.resources ?? [];
  } catch {
    return [];
  }
}

/** Numbers of the AWS accounts in the ARNs of a stack's resources; empty if there is no state. */
export function readStateAccounts(home: Home, project: string, name: string): readonly string[] {
  const file = stackFile(home, project, name);
  const text = file === undefined ? undefined : readFileIfPresent(file);
  const arns = (text ?? "").matchAll(/"(?:id|arn)":\s*"arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:(\d{12}):/g);
  return [...new Set([...arns].map(([, account = ""]) => account))];
}

/**
 * Removes metadata files that a kill truncated. The engine's file store writes them beside each file, not
 * atomically, and then refuses to read the file although it is intact; without metadata it reads it.
 */
export function removeCutDescriptions(home: Home, project: string, name: string): void {
  const file = stackFile(home, project, name);
  if (file === undefined) return;
  const meta = join(fileURLToPath(home.backend), ".pulumi", "meta.yaml");
  for (const description of [`${file}.attrs`, `${file}.bak.attrs`, `${meta}.attrs`]) {
    const text = readFileIfPresent(description);
    if (text !== undefined && !isJson(text)) rmSync(description, { force: true });
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * Removes every trace of a stack from the file backend: after its resources are gone, or when it cannot be read.
 */
export function removeStackFiles(home: Home, project: string, name: string): void {
  const file = stackFile(home, project, name);
  if (file === undefined) return;
  for (const suffix of ["", ".attrs", ".bak", ".bak.attrs"]) rmSync(`${file}${suffix}`, { force: true });
  const store = join(fileURLToPath(home.backend), ".pulumi");
  for (const folder of ["history", "backups"]) {
    rmSync(join(store, folder, project, name), { recursive: true, force: true });
  }
  rmSync(join(store, "locks", "organization", project, name), { recursive: true, force: true });
}

function stackFile(home: Home, project: string, name: string): string | undefined {
  const url = home.backend;
  if (!url.startsWith("file:///")) return undefined;
  return join(fileURLToPath(url), ".pulumi", "stacks", project, `${name}.json`);
}
