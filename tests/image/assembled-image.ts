import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type ImageContent, listFiles } from "../../image/content.ts";
import { digestContent } from "../../image/digest.ts";
import { listPackages } from "../../image/packages.ts";

export const root = join(import.meta.dirname, "..", "..");

/** The product's own image, as the checkout has it. */
export const content: ImageContent = { folder: root, workspace: "gateway" };

/** The folders that the last stage of the Dockerfile copies to `/app`, and one file. */
export const parts = ["node_modules", "compile-cache", "gateway", "image.json"] as const;

/** Files that the Dockerfile removes from the packages. */
const typesAndMaps = /\.(d\.[cm]?ts|map)$/;

/**
 * The image's `/app`, assembled without a container runtime: the gateway's files and its packages from
 * `node_modules` only, so that whatever is missing there is missing here.
 */
export class AssembledImage implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), "dmm-env-app-"));
  readonly compileCache = join(this.folder, "compile-cache");
  /** The content's digest in the checkout. */
  readonly origin: string;

  constructor() {
    for (const { path } of listFiles(content)) this.#copy(path);
    // Immediately: the checkout may be edited at the same time.
    this.origin = digestContent(content);
    const packages = listPackages(content);
    for (const { path } of packages) this.#copy(path);
    const note = join("node_modules", ".package-lock.json");
    const installed = JSON.parse(readFileSync(join(root, note), "utf8")) as { packages: object };
    const wanted = new Set(packages.map(({ path }) => path));
    const kept = Object.entries(installed.packages).filter(([path]) => wanted.has(path));
    writeFileSync(join(this.folder, note), JSON.stringify({ packages: Object.fromEntries(kept) }));
    mkdirSync(this.compileCache);
  }

  /** One package is copied without those inside it, which are separate packages. */
  #copy(path: string): void {
    if (!statSync(join(root, path)).isDirectory()) {
      mkdirSync(dirname(join(this.folder, path)), { recursive: true });
      copyFileSync(join(root, path), join(this.folder, path));
      return;
    }
    mkdirSync(join(this.folder, path), { recursive: true });
    for (const entry of readdirSync(join(root, path), { withFileTypes: true })) {
      if (entry.name === "node_modules" || typesAndMaps.test(entry.name)) continue;
      const below = join(path, entry.name);
      if (entry.isDirectory()) this.#copy(below);
      else copyFileSync(join(root, below), join(this.folder, below));
    }
  }

  noteDigest(digest: string): void {
    writeFileSync(join(this.folder, "image.json"), JSON.stringify({ digest }));
  }

  /** Like a read-only root file system; root can write nevertheless, so see {@link listing} too. */
  lock(): void {
    this.#chmod(0o555, 0o444);
  }

  /** Every file and folder with size and modification time. */
  listing(): readonly string[] {
    return this.#entries().map(({ path, stat }) => `${path} ${stat.size} ${stat.mtimeMs}`);
  }

  #entries() {
    return readdirSync(this.folder, { recursive: true, encoding: "utf8" })
      .toSorted()
      .map((path) => ({ path, stat: statSync(join(this.folder, path)) }));
  }

  #chmod(folder: number, file: number): void {
    for (const { path, stat } of this.#entries())
      chmodSync(join(this.folder, path), stat.isDirectory() ? folder : file);
    chmodSync(this.folder, folder);
  }

  [Symbol.dispose](): void {
    this.#chmod(0o755, 0o644);
    rmSync(this.folder, { recursive: true });
  }
}
