import { closeSync, openSync } from "node:fs";

/**
 * A short path to a folder without blanks, quotes or anything else that a shell reads, for programs that put paths into
 * other languages unescaped (`mariadb-install-db`). It holds as long as it is open and leaves nothing behind.
 */
export function openAlias(folder: string): Disposable & { readonly path: string } {
  const descriptor = openSync(folder, "r");
  return {
    path: `/proc/${process.pid}/fd/${descriptor}`,
    [Symbol.dispose]: () => closeSync(descriptor),
  };
}
