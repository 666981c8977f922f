import { lstat, mkdir, readdir, readlink, rename, rm, symlink } from "node:fs/promises";
import { basename, join } from "node:path";
import type { BundleName } from "./tool.ts";
import type { Toolchain } from "./toolchain.ts";

/**
 * Creates an empty folder for the next version of a bundle. It is built in its final place, because a virtual
 * environment contains its own path; the version in use is another folder and not touched. Incomplete folders of
 * earlier runs are removed.
 */
export async function createVersion(toolchain: Toolchain, bundle: BundleName): Promise<string> {
  await removeVersions(toolchain, bundle, await readCurrent(toolchain, bundle));
  const folder = join(versionsOf(toolchain, bundle), `${Date.now().toString(36)}-${process.pid}`);
  await mkdir(folder, { recursive: true });
  return folder;
}

/** Activates a finished version: the bundle's path is a symbolic link, which is replaced atomically. */
export async function useVersion(toolchain: Toolchain, bundle: BundleName, folder: string): Promise<void> {
  const place = join(toolchain.directory, bundle);
  const version = basename(folder);
  const link = `${folder}.link`;
  await rm(link, { force: true });
  await symlink(join(".versions", bundle, version), link);
  const earlier = await lstat(place).catch(() => undefined);
  // An earlier version of dmm-env put the folder itself there; a link cannot replace a folder atomically.
  if (earlier?.isDirectory()) await replaceFolder(place, link, `${folder}.replaced`);
  else await rename(link, place);
  await removeVersions(toolchain, bundle, version);
}

async function replaceFolder(place: string, link: string, aside: string): Promise<void> {
  await rename(place, aside);
  try {
    await rename(link, place);
  } catch (error) {
    await rename(aside, place);
    throw error;
  }
}

async function readCurrent(toolchain: Toolchain, bundle: BundleName): Promise<string | undefined> {
  const target = await readlink(join(toolchain.directory, bundle)).catch(() => undefined);
  return target === undefined ? undefined : basename(target);
}

async function removeVersions(
  toolchain: Toolchain,
  bundle: BundleName,
  except: string | undefined,
): Promise<void> {
  const folder = versionsOf(toolchain, bundle);
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((name) => name !== except))
    await rm(join(folder, name), { recursive: true, force: true });
}

function versionsOf({ versions }: Toolchain, bundle: BundleName): string {
  return join(versions, bundle);
}
