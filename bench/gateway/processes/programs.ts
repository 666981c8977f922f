import { accessSync, constants, statSync } from "node:fs";
import { join } from "node:path";
import { resolveTools } from "../../../tools/resolve-tools.ts";
import type { FoundTool, ToolName } from "../../../tools/tool.ts";

const resolved = await resolveTools();

/** A program of the toolchain. @throws Error naming the command that obtains it */
export function findTool(name: ToolName): FoundTool {
  const tool = resolved.found[name];
  if (tool === undefined) throw new Error(`${name} is missing; run \`./dmm-env setup\`.`);
  return tool;
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
