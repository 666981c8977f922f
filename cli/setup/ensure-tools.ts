import { resolveTools } from "../../tools/resolve-tools.ts";
import type { ResolvedTools, ToolName } from "../../tools/tool.ts";
import type { Reporter } from "../report/reporter.ts";

/** The required tools, and the operator's interruption. */
export interface EnsureOptions {
  /** Only these; otherwise every tool. The target aws needs only `node` and `pulumi`. */
  readonly tools?: readonly ToolName[];
  readonly signal?: AbortSignal;
}

/**
 * Returns every tool, after obtaining missing ones, shown on standard error. Takes a few milliseconds when all are
 * present. Throws DMM_TOOLS_UNOBTAINABLE.
 */
export async function ensureTools(reporter: Reporter, options: EnsureOptions = {}): Promise<ResolvedTools> {
  const resolved = await resolveTools();
  const missing = resolved.missing.filter(({ name }) => options.tools?.includes(name) ?? true);
  if (missing.length === 0) return resolved;
  const [{ obtainMissing }, { createSetupDisplay }] = await Promise.all([
    import("../../tools/obtain.ts"),
    import("./create-setup-display.ts"),
  ]);
  const display = await createSetupDisplay(reporter);
  try {
    return await obtainMissing({ ...options, observe: (event) => display.observe(event) });
  } finally {
    await display.end();
  }
}
