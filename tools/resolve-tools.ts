import { dirname } from "node:path";
import { ToolError } from "./errors.ts";
import { openProbeMemory } from "./probe-memory.ts";
import { resolveUnit } from "./resolve-unit.ts";
import { units } from "./table.ts";
import type { ResolvedTools, Tool, ToolName } from "./tool.ts";
import { findToolchain, type Toolchain } from "./toolchain.ts";

export type { ResolvedTools, Tool, ToolName } from "./tool.ts";

/** Where to search, and whether cached versions count. */
export interface ResolveOptions {
  readonly toolchain?: Toolchain;
  /** Probes every program again. */
  readonly fresh?: boolean;
}

/** Finds every tool on PATH or in the toolchain. Obtains nothing and never throws. */
export async function resolveTools(options: ResolveOptions = {}): Promise<ResolvedTools> {
  const toolchain = options.toolchain ?? findToolchain();
  const memory = await openProbeMemory(toolchain.probes, options.fresh ?? false);
  const resolved = await Promise.all(units.map((unit) => resolveUnit(unit, toolchain, memory)));
  await memory.save();
  const found = resolved.flatMap((unit) => ("found" in unit ? unit.found : []));
  return {
    found: Object.fromEntries(found.map((tool) => [tool.name, tool])),
    missing: resolved.flatMap((unit) => ("missing" in unit ? unit.missing : [])),
  };
}

/** The tools in the form for the local region. Throws DMM_TOOLS_MISSING when one is missing. */
export function regionTools(resolved: ResolvedTools): Record<Exclude<ToolName, "pulumi">, Tool> {
  const missing = resolved.missing.filter(({ name }) => name !== "pulumi");
  if (missing.length > 0) throw new ToolError("DMM_TOOLS_MISSING", { missing });
  const needed = Object.values(resolved.found).filter(({ name }) => name !== "pulumi");
  const shapes = needed.map(({ name, command, environment, share }) => {
    return [name, share === undefined ? { command, environment } : { command, environment, share }] as const;
  });
  return Object.fromEntries(shapes) as Record<Exclude<ToolName, "pulumi">, Tool>;
}

/** The folder whose `bin` has the Pulumi CLI, as the Automation API requires. Throws DMM_TOOLS_MISSING. */
export function pulumiRoot(resolved: ResolvedTools): string {
  const { pulumi } = resolved.found;
  if (pulumi === undefined)
    throw new ToolError("DMM_TOOLS_MISSING", {
      missing: resolved.missing.filter(({ name }) => name === "pulumi"),
    });
  return dirname(dirname(pulumi.command));
}
