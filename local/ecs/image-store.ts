import {
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { type ImageContent, listFiles } from "../../image/content.ts";
import { digestContent } from "../../image/digest.ts";
import { createTemporaryFolder, removeAbandoned } from "../../machine/temporary-folder.ts";

/** An image's content at the time it was built. */
export interface StoredImage {
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string;
  /** Contains the files of that digest, which are never edited. */
  readonly folder: string;
}

/** Longer than an environment runs without another `up`, which builds its image again. */
const keptMs = 8 * 86_400_000;

/**
 * Copies the content into the store unless it is there, so that later edits do not affect tasks of this image.
 * Packages are linked, not copied: the digest includes their integrity, so changes are detected.
 *
 * @throws ImageError
 */
export function storeContent(cache: string, content: ImageContent): StoredImage {
  const stored = findStored(cache, content, digestContent(content));
  if (stored !== undefined) return stored;
  const store = join(cache, "images");
  mkdirSync(store, { recursive: true, mode: 0o700 });
  removeUnused(store);
  removeAbandoned(store);
  const temporary = createTemporaryFolder(join(store, "image"));
  try {
    copyContent(content, temporary);
    // Of the copy: the checkout may have been edited while it was read.
    const digest = digestContent({ ...content, folder: temporary });
    writeFileSync(join(temporary, "image.json"), `${JSON.stringify({ digest })}\n`);
    // Another region may have stored the same content concurrently.
    return (
      findStored(cache, content, digest) ?? place(temporary, { digest, folder: folderOf(cache, digest) })
    );
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** The stored image of a digest; undefined if the store does not have it completely. */
export function findStored(cache: string, content: ImageContent, digest: string): StoredImage | undefined {
  const folder = folderOf(cache, digest);
  if (!isWhole({ ...content, folder }, digest)) return undefined;
  const now = new Date();
  utimesSync(folder, now, now);
  return { digest, folder };
}

function isWhole(content: ImageContent, digest: string): boolean {
  if (!existsSync(content.folder)) return false;
  try {
    return digestContent(content) === digest;
  } catch {
    // The checkout that its packages were linked to is gone.
    return false;
  }
}

function folderOf(cache: string, digest: string): string {
  return join(cache, "images", digest.replace(/^sha256:/, ""));
}

function copyContent({ folder, workspace }: ImageContent, target: string): void {
  mkdirSync(join(target, workspace), { recursive: true, mode: 0o700 });
  for (const { path, isLink } of listFiles({ folder, workspace })) {
    mkdirSync(dirname(join(target, path)), { recursive: true });
    if (isLink) symlinkSync(readlinkSync(join(folder, path)), join(target, path));
    else copyFileSync(join(folder, path), join(target, path), constants.COPYFILE_FICLONE);
  }
  for (const packages of ["node_modules", join(workspace, "node_modules")]) {
    if (existsSync(join(folder, packages))) symlinkSync(join(folder, packages), join(target, packages));
  }
}

/**
 * Renames the copy into place. An existing folder of that name is invalid: it was edited, or its checkout is gone.
 */
function place(temporary: string, stored: StoredImage): StoredImage {
  const damaged = `${temporary}-damaged`;
  if (existsSync(stored.folder)) renameSync(stored.folder, damaged);
  renameSync(temporary, stored.folder);
  rmSync(damaged, { recursive: true, force: true });
  return stored;
}

function removeUnused(store: string): void {
  for (const name of readdirSync(store)) {
    const folder = join(store, name);
    const used = statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (Date.now() - used > keptMs) rmSync(folder, { recursive: true, force: true });
  }
}
