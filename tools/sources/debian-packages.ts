import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "../command.ts";
import { ToolError } from "../errors.ts";
import type { Job, Way } from "../source.ts";
import { type Apt, openApt } from "./apt.ts";

const wanted = [
  "redis-server",
  "redis-tools",
  "mariadb-server",
  "mariadb-server-core",
  "mariadb-client-core",
  "haproxy",
];

/** Must match the system's dynamic loader, so it stays the system's. */
const systemsOwn = new Set(["libc6"]);

const programs = ["usr/bin/redis-server", "usr/sbin/mariadbd", "usr/sbin/haproxy"];

/**
 * Packages of the machine's own Debian or Ubuntu release, with the libraries they need, downloaded and unpacked:
 * nothing is installed, no service starts, no privilege is needed. Missing or outdated package lists are replaced
 * by separate ones.
 */
export const debianPackages: Way = {
  name: "packages of this Debian or Ubuntu release, unpacked only",
  needs: "apt-get, a package mirror",
  async run(job: Job) {
    if (process.platform !== "linux") {
      throw new ToolError("DMM_TOOLS_PLATFORM", {
        problem: `there are none for ${process.platform}; brew install redis mariadb haproxy puts them on PATH`,
      });
    }
    const archives = await unpackPackages(wanted, job);
    await checkLibraries(job);
    return { version: await readRelease(archives) };
  },
};

/**
 * Downloads packages with all their dependencies, unpacks them into the job's folder and returns the archives'
 * folder.
 */
export async function unpackPackages(packages: readonly string[], job: Job): Promise<string> {
  const archives = join(job.keep, "archives");
  await mkdir(archives, { recursive: true });
  try {
    await fetchPackages(packages, { apt: await openApt({ refreshedIn: undefined, job }), archives, job });
  } catch (error) {
    if (job.signal?.aborted) throw error;
    job.progress("refreshing the package lists");
    const apt = await openApt({ refreshedIn: join(job.keep, "apt"), job });
    await fetchPackages(packages, { apt, archives, job });
  }
  await unpack(archives, job);
  return archives;
}

async function fetchPackages(
  packages: readonly string[],
  { apt, archives, job }: { readonly apt: Apt; readonly archives: string; readonly job: Job },
): Promise<void> {
  job.progress("resolving dependencies");
  const names = (await apt.listClosure(packages)).filter((name) => !systemsOwn.has(name));
  const total = await apt.measure(names);
  const timer = setInterval(async () => {
    const received = await sizeOf(archives).catch(() => 0);
    const text = `${(received / 1e6).toFixed(1)} of ${(total / 1e6).toFixed(1)} MB, ${names.length} packages`;
    job.progress(text, total > 0 ? Math.min(0.9, (received / total) * 0.9) : undefined);
  }, 200);
  try {
    // apt compares each file with the digest in its signed list, and keeps an existing correct one.
    await apt.download(names, archives);
  } finally {
    clearInterval(timer);
  }
}

async function unpack(archives: string, job: Job): Promise<void> {
  const files = (await readdir(archives)).filter((file) => file.endsWith(".deb")).sort();
  for (const [index, file] of files.entries()) {
    job.progress(`unpacking ${index + 1} of ${files.length} packages`, 0.9 + (index / files.length) * 0.1);
    await runCommand({
      command: "dpkg-deb",
      arguments: ["-x", join(archives, file), job.folder],
      ...(job.signal && { signal: job.signal }),
    });
  }
}

/** Every library that a program names must be found, in the folder or in the system. */
async function checkLibraries(job: Job): Promise<void> {
  const triplet = process.arch === "arm64" ? "aarch64-linux-gnu" : "x86_64-linux-gnu";
  const libraries = [join(job.folder, "usr/lib", triplet), join(job.folder, "lib", triplet)].join(":");
  for (const program of programs) {
    const listed = await runCommand({
      command: "ldd",
      arguments: [join(job.folder, program)],
      environment: { LD_LIBRARY_PATH: libraries },
    });
    const lacking = listed.split("\n").filter((line) => line.includes("not found"));
    if (lacking.length > 0)
      throw new ToolError("DMM_TOOLS_CHECK", {
        problem: `${program} lacks ${lacking.map((line) => line.trim()).join(", ")}`,
      });
  }
}

async function sizeOf(folder: string): Promise<number> {
  const files = await readdir(folder, { recursive: true });
  const sizes = await Promise.all(files.map(async (file) => (await stat(join(folder, file))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** `redis-server 5:7.0.15-1, mariadb-server …`: the stamp's description of this folder. */
async function readRelease(archives: string): Promise<string> {
  const files = await readdir(archives);
  const named = wanted.map((name) => files.find((file) => file.startsWith(`${name}_`)));
  await rm(archives, { recursive: true, force: true });
  return named
    .filter((file) => file !== undefined)
    .map((file) => decodeURIComponent(file.replace(/_[^_]*\.deb$/, "").replace("_", " ")))
    .join(", ");
}
