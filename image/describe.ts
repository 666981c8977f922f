import { join } from "node:path";
import { parseArgs } from "node:util";
import { type ImageContent, listFiles } from "./content.ts";
import { digestContent } from "./digest.ts";
import { ImageError } from "./errors.ts";
import { listInstalled, listPackages } from "./packages.ts";

/**
 * Prints the content of this checkout's image as JSON: `{ digest, files, packages }`. With `--exact`, which the
 * Dockerfile uses, it fails when more is installed than the image needs, or a link is among its files. Usage:
 * `node image/describe.ts [--exact]`.
 */
const { exact } = parseArgs({ options: { exact: { type: "boolean", default: false } } }).values;
const content: ImageContent = { folder: join(import.meta.dirname, ".."), workspace: "gateway" };

try {
  const files = listFiles(content);
  const packages = listPackages(content);
  const digest = digestContent(content);
  if (exact) refuseMore(new Set(packages.map(({ path }) => path)));
  process.stdout.write(`${JSON.stringify({ digest, files: files.length, packages: packages.length })}\n`);
} catch (error) {
  if (!(error instanceof ImageError)) throw error;
  process.stderr.write(`error ${error.code}: ${error.message}\n  ${error.hint}\n`);
  process.exitCode = 1;
}

function refuseMore(needed: ReadonlySet<string>): void {
  const more = listInstalled(content.folder).filter(({ path }) => !needed.has(path));
  const links = listFiles(content).filter(({ isLink }) => isLink);
  const paths = [...more, ...links].map(({ path }) => path);
  if (paths.length === 0) return;
  throw new ImageError("DMM_IMAGE_UNEXPECTED", { paths });
}
