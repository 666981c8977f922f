import { join } from "node:path";
import { createFolder, replaceFile } from "../../machine/files.ts";

/**
 * Sets the time from which a region's load balancers admit no client (docs/local-region.md, "The end of its
 * ingress").
 */
export function writeClosing(directory: string, at: string): void {
  createFolder(directory);
  replaceFile(join(directory, "closing.json"), `${JSON.stringify({ at })}\n`);
}
