import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { basename, delimiter, isAbsolute, join } from "node:path";

/** Debian keeps daemons where an ordinary user's PATH does not look. */
const daemonFolders = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

/**
 * Every executable of that name in the folders of a PATH, first come first, then in the folders for daemons.
 * Folders called `shims` are left out: what such a program runs depends on the folder in which it is started.
 */
export async function searchPath(path: string, program: string): Promise<readonly string[]> {
  return executables(
    [...path.split(delimiter), ...daemonFolders].filter((folder) => basename(folder) !== "shims"),
    program,
  );
}

/** As `searchPath`, but shims come last: good for a program that is asked once where it really is. */
export async function searchPathAndShims(path: string, program: string): Promise<readonly string[]> {
  const shims = path.split(delimiter).filter((folder) => basename(folder) === "shims");
  return [...(await searchPath(path, program)), ...(await executables(shims, program))];
}

/** An entry that is not absolute means the current folder, which must not choose what runs. */
async function executables(folders: readonly string[], program: string): Promise<readonly string[]> {
  const files = [...new Set(folders.filter(isAbsolute))].map((folder) => join(folder, program));
  const executable = await Promise.all(files.map(isExecutable));
  return files.filter((_, index) => executable[index]);
}

export async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}
