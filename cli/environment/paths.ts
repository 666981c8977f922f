import { findToolchain } from "../../tools/toolchain.ts";
import { OperatorError } from "../errors.ts";
import { checkout, type Home } from "../home.ts";

/** MariaDB limits file names to 511 bytes; ours are up to some 200 bytes below. */
const longestBytes = 250;

/**
 * Paths are written into other programs' languages and lists, where each is escaped or made relative to a parent.
 * Throws DMM_PATH_UNUSABLE for those that no escaping can represent.
 */
export function requireUsablePaths(home: Home): void {
  for (const path of [checkout, home.directory, home.cache, findToolchain().directory]) {
    const reason = findReason(path);
    if (reason !== undefined)
      throw new OperatorError("DMM_PATH_UNUSABLE", { path: JSON.stringify(path), reason });
  }
}

function findReason(path: string): string | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
  if (/[\u0000-\u001f\u007f]/.test(path)) return "it holds a line break or another control character";
  // Separators in LD_LIBRARY_PATH, and the first in PATH.
  const separator = /[:;]/.exec(path)?.[0];
  if (separator !== undefined) return `it holds "${separator}", which separates paths from each other`;
  // Node shows bytes that are not UTF-8 as this, and could not find the folder again.
  if (path.includes("\ufffd")) return "it is not UTF-8";
  const bytes = Buffer.byteLength(path);
  return bytes > longestBytes ? `it has ${bytes} bytes; it may have ${longestBytes}` : undefined;
}
