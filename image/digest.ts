import { createHash } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { type ContentFile, type ImageContent, listFiles } from "./content.ts";
import { listPackages } from "./packages.ts";

/**
 * The digest of an image's content, `sha256:` and 64 hexadecimal digits: SHA-256 over one line for each file and each
 * package, by path in byte order:
 *
 *     <SHA-256 of the file>  gateway/main.ts
 *     <integrity in the lock>  node_modules/fastify
 *
 * Neither times, modes and order nor the place of the checkout count; of a symbolic link its target does. So a checkout
 * and the image that is built from it have the same one. It is not the digest that a registry gives to the image's
 * manifest: that one also holds the base image and the layers.
 *
 * @throws ImageError
 */
export function digestContent(content: ImageContent): string {
  const entries = [
    ...listFiles(content).map((file) => ({ path: file.path, mark: digestFile(content, file) })),
    ...listPackages(content).map(({ path, integrity }) => ({ path, mark: integrity })),
  ];
  const lines = entries
    .sort((one, other) => Buffer.compare(Buffer.from(one.path), Buffer.from(other.path)))
    .map(({ path, mark }) => `${mark}  ${path}\n`);
  return `sha256:${sha256(lines.join(""))}`;
}

function digestFile({ folder }: ImageContent, { path, isLink }: ContentFile): string {
  const file = join(folder, path);
  return isLink ? sha256(`link to ${readlinkSync(file)}`) : sha256(readFileSync(file));
}

function sha256(text: string | Buffer): string {
  return createHash("sha256").update(text).digest("hex");
}
