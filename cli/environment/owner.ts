import { userInfo } from "node:os";

/** Name of this user, valid as a tag value; the user's number if the system has no name for it. */
export function readOwner(read: () => string = () => userInfo().username): string {
  const name = readName(read)
    .replace(/[^\w.@+=/ -]/g, "-")
    .slice(0, 128);
  return name.trim() === "" ? fallback() : name;
}

function readName(read: () => string): string {
  try {
    return read();
  } catch {
    // A container's arbitrary user has no entry in the user database.
    return fallback();
  }
}

function fallback(): string {
  return `uid-${process.getuid?.() ?? 0}`;
}
