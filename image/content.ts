import { readdirSync } from "node:fs";
import { join } from "node:path";

/** Content of an image: one npm workspace of a checkout, and the packages that it needs. */
export interface ImageContent {
  /** The folder with the workspace and `node_modules`: a checkout, or `/app` in the image itself. */
  readonly folder: string;
  /** Path of the workspace below it: `gateway`. */
  readonly workspace: string;
}

/** A file of the workspace, by its path from the folder with forward slashes. */
export interface ContentFile {
  readonly path: string;
  readonly isLink: boolean;
}

/**
 * Every file of the workspace. Names that begin with a dot come from editors and systems, and npm creates
 * `node_modules`: neither is content, and `.dockerignore` keeps both out of the image.
 */
export function listFiles({ folder, workspace }: ImageContent): readonly ContentFile[] {
  return readdirSync(join(folder, workspace), { withFileTypes: true }).flatMap((entry) => {
    const path = `${workspace}/${entry.name}`;
    if (entry.name.startsWith(".") || entry.name === "node_modules") return [];
    if (entry.isDirectory()) return listFiles({ folder, workspace: path });
    return entry.isFile() || entry.isSymbolicLink() ? [{ path, isLink: entry.isSymbolicLink() }] : [];
  });
}
