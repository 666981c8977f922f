import { resolveTools } from "../tools/resolve-tools.ts";
import type { FoundTool, ToolName } from "../tools/tool.ts";

/** The toolchain's programs as the product finds them: any of them may be on PATH. */
export const resolvedTools = await resolveTools();

/** One program of the toolchain. @throws Error naming what was found instead */
export function installedTool(name: ToolName): FoundTool {
  const tool = resolvedTools.found[name];
  if (tool !== undefined) return tool;
  const refused = resolvedTools.missing.find((missing) => missing.name === name)?.refused ?? [];
  throw new Error(`${name} is missing: run npm test, or ./dmm-env setup. ${refused.join("; ")}`);
}
