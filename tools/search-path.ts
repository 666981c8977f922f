import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { basename, isAbsolute, join } from "node:path";

/**
 * Every executable of that name in the folders, in order. Folders called `shims` are skipped: what such a program
 * runs depends on the current folder.
 */
export async function searchFolders(folders: readonly string[], program: string): Promise<readonly string[]> {
  return executables(
    folders.filter((folder) => !isShims(folder)),
    program,
  );
}

/** Like `searchFolders`, but shims come last: sufficient for a program that is only asked for its real path. */
export async function searchFoldersAndShims(
  folders: readonly string[],
  program: string,
): Promise<readonly string[]> {
  return [
    ...(await searchFolders(folders, program)),
    ...(await executables(folders.filter(isShims), program)),
  ];
}

export async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}

/** A relative folder depends on the current one, which must not choose what runs. */
async function executables(folders: readonly string[], program: string): Promise<readonly string[]> {
  const files = [...new Set(folders.filter(isAbsolute))].map((folder) => join(folder, program));
  const executable = await Promise.all(files.map(isExecutable));
  return files.filter((_, index) => executable[index]);
}

function isShims(folder: string): boolean {
  return basename(folder) === "shims";
}
