import { existsSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import type { ImageContent } from "./content.ts";
import { ImageError } from "./errors.ts";

/** A package as npm installed it. */
export interface InstalledPackage {
  /** Its path: `node_modules/fastify`, `node_modules/a/node_modules/b`. */
  readonly path: string;
  /** Subresource Integrity of its archive, as in package-lock.json and verified by `npm ci`. */
  readonly integrity: string;
}

/** One entry of `packages` in npm's lock files. https://docs.npmjs.com/cli/configuring-npm/package-lock-json */
interface LockEntry {
  readonly integrity?: string;
  readonly link?: boolean;
  /** Bundled in another package's archive, whose integrity covers it. */
  readonly inBundle?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

type Lock = Readonly<Record<string, LockEntry>>;

/**
 * The workspace's dependencies with all of theirs, by path in byte order; none for a workspace without
 * package.json. Read from `node_modules/.package-lock.json`, where npm records what is really installed:
 * package-lock.json may already be newer.
 *
 * @throws ImageError when one of them is not installed, or has no integrity
 */
export function listPackages(content: ImageContent): readonly InstalledPackage[] {
  const manifest = join(content.folder, content.workspace, "package.json");
  if (!existsSync(manifest)) return [];
  const installed = readInstalled(content.folder);
  const found = new Map<string, LockEntry>();
  const follow = (from: string, entry: LockEntry): void => {
    for (const { name, isOptional } of edgesOf(entry)) {
      const path = locate(installed, from, name);
      if (path === undefined && isOptional) continue;
      if (path === undefined) throw incomplete(`${from} needs ${name}, which is not installed.`);
      if (found.has(path)) continue;
      found.set(path, installed[path]!);
      follow(path, installed[path]!);
    }
  };
  follow(content.workspace, readJson(manifest) as LockEntry);
  return [...found]
    .flatMap(([path, entry]) => describe(path, entry))
    .sort((one, other) => Buffer.compare(Buffer.from(one.path), Buffer.from(other.path)));
}

/** Everything that is installed in the folder, needed or not. */
export function listInstalled(folder: string): readonly InstalledPackage[] {
  return Object.entries(readInstalled(folder))
    .filter(([path, { link }]) => link !== true && /(^|\/)node_modules\//.test(path))
    .flatMap(([path, entry]) => describe(path, entry));
}

function readInstalled(folder: string): Lock {
  return (readJson(join(folder, "node_modules", ".package-lock.json")) as { packages: Lock }).packages;
}

function edgesOf(entry: LockEntry): readonly { readonly name: string; readonly isOptional: boolean }[] {
  const { dependencies = {}, optionalDependencies = {}, peerDependencies = {}, peerDependenciesMeta } = entry;
  return [
    ...Object.keys(dependencies).map((name) => ({ name, isOptional: name in optionalDependencies })),
    ...Object.keys(optionalDependencies).map((name) => ({ name, isOptional: true })),
    ...Object.keys(peerDependencies).map((name) => ({
      name,
      isOptional: peerDependenciesMeta?.[name]?.optional === true,
    })),
  ];
}

/** Where Node finds a package that a file below `from` imports: the nearest parent's `node_modules`. */
function locate(installed: Lock, from: string, name: string): string | undefined {
  for (let folder = from; ; folder = posix.dirname(folder)) {
    const path = posix.join(folder, "node_modules", name);
    if (posix.basename(folder) !== "node_modules" && installed[path] !== undefined) return path;
    if (folder === ".") return undefined;
  }
}

function describe(path: string, { integrity, inBundle }: LockEntry): readonly InstalledPackage[] {
  if (inBundle === true) return [];
  if (integrity === undefined) throw incomplete(`${path} has no integrity in the lock file.`);
  return [{ path, integrity }];
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (cause) {
    throw incomplete(`${file} cannot be read: ${(cause as Error).message}.`, cause);
  }
}

function incomplete(problem: string, cause?: unknown): ImageError {
  return new ImageError("DMM_IMAGE_INCOMPLETE", { problem }, cause);
}
