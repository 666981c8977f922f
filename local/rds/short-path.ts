import { closeSync, openSync } from "node:fs";

/**
 * A short path to a folder without spaces, quotes or other shell characters, for programs that insert paths into
 * other languages unescaped (`mariadb-install-db`). It is valid while open and leaves nothing behind.
 */
export function openAlias(folder: string): Disposable & { readonly path: string } {
  const descriptor = openSync(folder, "r");
  return {
    path: `/proc/${process.pid}/fd/${descriptor}`,
    [Symbol.dispose]: () => closeSync(descriptor),
  };
}
