import { existsSync, statfsSync } from "node:fs";
import { dirname } from "node:path";

/** Bytes that this user can write to the disk of a folder, or of its nearest existing parent. */
export function readFreeBytes(directory: string): number {
  let existing = directory;
  while (!existsSync(existing) && dirname(existing) !== existing) existing = dirname(existing);
  const { bavail, bsize } = statfsSync(existing);
  return bavail * bsize;
}
