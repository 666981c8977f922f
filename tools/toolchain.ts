import { mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, delimiter, dirname, join, resolve } from "node:path";
import type { BundleName } from "./tool.ts";

const checkout = resolve(import.meta.dirname, "..");

/** Folders of obtained tools and of the probe cache. */
export interface Toolchain {
  /** One symbolic link for each bundle. */
  readonly directory: string;
  /** Folders that the bundles' links point to. */
  readonly versions: string;
  /** Downloads in progress; may be deleted when no set-up runs. */
  readonly partial: string;
  readonly lock: string;
  /** Versions of programs, by path and modification time. */
  readonly probes: string;
  /** Folders in which installed programs are searched, in order. */
  readonly searchFolders: readonly string[];
}

/** The folders, from `DMM_ENV_TOOLCHAIN` and `DMM_ENV_HOME` or below the checkout. Creates nothing. */
export function findToolchain(environment: NodeJS.ProcessEnv = process.env): Toolchain {
  const home = resolve(environment.DMM_ENV_HOME || join(checkout, ".dmm-env"));
  const directory = resolve(environment.DMM_ENV_TOOLCHAIN || join(home, "toolchain"));
  return {
    directory,
    versions: join(directory, ".versions"),
    partial: join(directory, ".partial"),
    lock: join(directory, ".setup.lock"),
    probes: join(home, "cache", "tools.json"),
    searchFolders: addDaemonFolders((environment.PATH ?? "").split(delimiter)),
  };
}

/** Debian keeps daemons outside an ordinary user's PATH: in `sbin` beside each `bin`. */
function addDaemonFolders(folders: readonly string[]): readonly string[] {
  const beside = folders
    .filter((folder) => basename(folder) === "bin")
    .map((folder) => join(dirname(folder), "sbin"));
  return [...new Set([...folders, ...beside])];
}

/** Metadata of a finished bundle. */
export interface Stamp {
  readonly version: string;
  /** How it was obtained. */
  readonly way: string;
}

const stampName = ".complete.json";

/** The stamp is written last: a folder without one was interrupted and does not count. */
export async function writeStamp(folder: string, stamp: Stamp): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, stampName), `${JSON.stringify(stamp)}\n`);
}

export async function isComplete(toolchain: Toolchain, bundle: BundleName): Promise<boolean> {
  try {
    const stamp: unknown = JSON.parse(await readFile(join(toolchain.directory, bundle, stampName), "utf8"));
    return typeof stamp === "object" && stamp !== null && "version" in stamp;
  } catch {
    return false;
  }
}
