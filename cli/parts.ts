import { type ResolvedParts, resolveParts } from "../tools/parts.ts";
import type { Reporter } from "./report/reporter.ts";

/** The parts of the toolchain; what is missing is fetched first, as `dmm-env setup` does. */
export async function readyParts(reporter: Reporter): Promise<ResolvedParts> {
  const resolved = await resolveParts();
  if (resolved.missing.length === 0) return resolved;
  const { ensureParts } = await import("./setup/ensure-parts.ts");
  await ensureParts(reporter);
  return await resolveParts();
}
