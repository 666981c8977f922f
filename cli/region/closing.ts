import { join } from "node:path";
import { makeFolder, replaceFile } from "../environment/file.ts";

/** Tells a region from when on its load balancers let nobody in (docs/local-region.md, "The end of its ingress"). */
export function writeClosing(directory: string, at: string): void {
  makeFolder(directory);
  replaceFile(join(directory, "closing.json"), `${JSON.stringify({ at })}\n`);
}
