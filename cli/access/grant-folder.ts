import { lstatSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { createFolder, explainFileError, listFolder, replaceFile } from "../../machine/files.ts";

/** Contents of a grant's folder by file name; every file is private to its owner. */
export type GrantContents = Readonly<Record<string, string | Uint8Array>>;

/**
 * Replaces the folder of a grant with all its files atomically. The path is a symbolic link to the generation
 * named by the serial number; the next generation is completed beside it before the link is renamed, because a
 * folder cannot be replaced atomically. A process that is killed at any point leaves the earlier generation or the
 * new one, never parts of both. Throws DMM_MACHINE_DISK_FULL and DMM_MACHINE_FILE_UNUSABLE, after which the earlier generation is still in place.
 */
export function placeGrantFolder(folder: string, serial: string, contents: GrantContents): void {
  const generations = join(dirname(folder), ".generations", basename(folder));
  const generation = join(generations, serial);
  try {
    createFolder(generation);
    for (const [name, content] of Object.entries(contents)) replaceFile(join(generation, name), content);
    pointTo(folder, generation);
  } catch (cause) {
    rmSync(generation, { recursive: true, force: true });
    throw explainFileError(folder, cause);
  }
  for (const { name } of listFolder(generations))
    if (name !== serial) rmSync(join(generations, name), { recursive: true, force: true });
}

function pointTo(folder: string, generation: string): void {
  const link = `${generation}.link`;
  rmSync(link, { force: true });
  symlinkSync(join(".generations", basename(folder), basename(generation)), link);
  // A folder from an earlier version is not a link. Without it the grant is known from the register of serial
  // numbers.
  if (lstatSync(folder, { throwIfNoEntry: false })?.isDirectory())
    renameSync(folder, `${generation}.replaced`);
  renameSync(link, folder);
}
