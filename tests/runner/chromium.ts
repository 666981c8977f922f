import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { execa } from "execa";
import { searchFolders } from "../../tools/search-path.ts";
import { takeSetupLock } from "../../tools/setup-lock.ts";
import { unpackPackages } from "../../tools/sources/debian-packages.ts";
import { findToolchain } from "../../tools/toolchain.ts";

/** Only tests need Chromium, so it is not one of the operators' tools. */
const packages = ["chromium", "fonts-dejavu-core"];

/**
 * Puts Chromium on PATH for the tests: the machine's own, or Debian's, unpacked once into the toolchain beside the
 * other tools. Nothing is installed. Throws when it cannot be obtained, because a skipped test proves nothing.
 */
export async function obtainChromium(say: (line: string) => void): Promise<void> {
  const path = process.env.PATH ?? "";
  if ((await searchFolders(path.split(delimiter), "chromium")).length > 0) return;
  const toolchain = findToolchain();
  const folder = join(toolchain.directory, "chromium");
  const isThere = async () => (await searchFolders([join(folder, "bin")], "chromium")).length > 0;
  if (!(await isThere())) {
    await mkdir(toolchain.directory, { recursive: true });
    using _lock = await takeSetupLock({
      file: `${folder}.lock`,
      onWait: ({ pid }) => say(`chromium: waiting for process ${pid}, which obtains it`),
    });
    if (!(await isThere())) await unpackChromium(folder, say);
  }
  process.env.PATH = [path, join(folder, "bin")].join(delimiter);
}

async function unpackChromium(folder: string, say: (line: string) => void): Promise<void> {
  const [made, keep] = [`${folder}.partial`, `${folder}.kept`];
  await rm(made, { recursive: true, force: true });
  await mkdir(join(made, "bin"), { recursive: true });
  say("chromium: obtaining the packages of this Debian or Ubuntu release");
  await unpackPackages(packages, { folder: made, keep, progress: () => {} });
  await writeFile(join(made, "bin", "chromium"), starter, { mode: 0o755 });
  const { stdout } = await execa(join(made, "bin", "chromium"), ["--version"], { timeout: 60_000 });
  await rename(made, folder);
  await rm(keep, { recursive: true, force: true });
  say(`chromium ${stdout.replace(/^\D*/, "")} (toolchain)`);
}

/** Its libraries and fonts are where it was unpacked, not where Debian would have installed them. */
const starter = `#!/bin/sh
root=$(CDPATH='' cd "$(dirname "$0")/.." && pwd -P)
libraries=
for folder in "$root"/usr/lib/*-linux-gnu* "$root"/lib/*-linux-gnu* "$root"/usr/lib/*-linux-gnu*/pulseaudio; do libraries=$libraries:$folder; done
export LD_LIBRARY_PATH="\${libraries#:}" FONTCONFIG_SYSROOT="$root"
exec "$root/usr/lib/chromium/chromium" "$@"
`;
