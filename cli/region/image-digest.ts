import { createHash } from "node:crypto";
import { type Dirent, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What the Dockerfile copies into the image; the dependencies that it installs are fixed by the lock file. */
export const imageContents: readonly string[] = ["gateway", "package-lock.json", "package.json"];

/**
 * Digest of the image's content as the Dockerfile defines it, `sha256:` and 64 hexadecimal digits: SHA-256 over one line
 * `<SHA-256 of the file>  <path>` for each regular file below {@link imageContents}, by path in byte order. Neither times
 * nor modes count. In the checkout that is:
 *
 *     find gateway package-lock.json package.json -type f | LC_ALL=C sort | xargs -d '\n' sha256sum | sha256sum
 *
 * It is not the digest of the manifest that a registry gives to the image built from these files: that one also holds
 * the base image and the layers.
 */
export function digestImage(checkout: string): string {
  const top = readdirSync(checkout, { withFileTypes: true }).filter(({ name }) =>
    imageContents.includes(name),
  );
  const files = top.flatMap((entry) => listFiles(checkout, entry, entry.name)).sort(compareBytes);
  const lines = files.map((path) => `${sha256(readFileSync(join(checkout, path)))}  ${path}\n`);
  return `sha256:${sha256(lines.join(""))}`;
}

/** Regular files only: a link is not content, and editors leave dangling ones. */
function listFiles(checkout: string, entry: Dirent, path: string): readonly string[] {
  if (!entry.isDirectory()) return entry.isFile() ? [path] : [];
  return readdirSync(join(checkout, path), { withFileTypes: true }).flatMap((below) =>
    listFiles(checkout, below, `${path}/${below.name}`),
  );
}

function compareBytes(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}

function sha256(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}
