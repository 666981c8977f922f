import type { PartName, ResolvedParts } from "../../tools/part.ts";
import { resolveParts } from "../../tools/parts.ts";
import type { Reporter } from "../report/reporter.ts";

/** What a command needs, and the operator's wish to stop. */
export interface EnsureOptions {
  /** Only these; otherwise every part. The target aws needs no more than `node` and `pulumi`. */
  readonly parts?: readonly PartName[];
  readonly signal?: AbortSignal;
}

/**
 * Returns every part, and obtains first what is missing, shown on standard error. Costs a few milliseconds when all is
 * there. Throws DMM_TOOLS_UNOBTAINABLE.
 */
export async function ensureParts(reporter: Reporter, options: EnsureOptions = {}): Promise<ResolvedParts> {
  const resolved = await resolveParts();
  const missing = resolved.missing.filter(({ name }) => options.parts?.includes(name) ?? true);
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
