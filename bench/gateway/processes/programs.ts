import { accessSync, constants, statSync } from "node:fs";
import { join } from "node:path";
import type { FoundPart, PartName } from "../../../tools/part.ts";
import { resolveParts } from "../../../tools/parts.ts";

const resolved = await resolveParts();

/** A program of the toolchain. @throws Error naming the command that obtains it */
export function findPart(name: PartName): FoundPart {
  const part = resolved.found[name];
  if (part === undefined) throw new Error(`${name} is missing; run \`./dmm-env setup\`.`);
  return part;
}

/** Absolute path of a program on PATH, if it exists. */
export function findOnPath(name: string): string | undefined {
  for (const folder of (process.env.PATH ?? "").split(":")) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      if (statSync(path).isFile()) return path;
    } catch {}
  }
  return undefined;
}
