import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * The digest of the content that this image was built from, as its build noted it beside the gateway. Absent in a
 * checkout: what is there may change while the process runs, so whoever starts it must say what it was.
 */
export function readImageDigest(): string | undefined {
  try {
    const file = join(import.meta.dirname, "..", "image.json");
    return (JSON.parse(readFileSync(file, "utf8")) as { readonly digest?: string }).digest;
  } catch {
    return undefined;
  }
}
