import type { FoundPart, PartName } from "../tools/part.ts";
import { resolveParts } from "../tools/parts.ts";

/** The toolchain's programs as the product finds them: any of them may be on PATH. */
export const resolvedParts = await resolveParts();

/** One program of the toolchain. @throws Error naming what was found instead */
export function installedPart(name: PartName): FoundPart {
  const part = resolvedParts.found[name];
  if (part !== undefined) return part;
  const refused = resolvedParts.missing.find((missing) => missing.name === name)?.refused ?? [];
  throw new Error(`${name} is missing: run npm test, or ./dmm-env setup. ${refused.join("; ")}`);
}
