import { join } from "node:path";
import { makeFolder, replaceFile } from "../environment/file.ts";

/**
 * Sets the time from which a region's load balancers admit no client (docs/local-region.md, "The end of its
 * ingress").
 */
export function writeClosing(directory: string, at: string): void {
  makeFolder(directory);
  replaceFile(join(directory, "closing.json"), `${JSON.stringify({ at })}\n`);
}
