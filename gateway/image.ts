import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * The digest of the image's content, which the build wrote beside the gateway. Absent in a checkout, whose files
 * may change while the process runs; there the parent process must provide it.
 */
export function readImageDigest(): string | undefined {
  try {
    const file = join(import.meta.dirname, "..", "image.json");
    return (JSON.parse(readFileSync(file, "utf8")) as { readonly digest?: string }).digest;
  } catch {
    return undefined;
  }
}
