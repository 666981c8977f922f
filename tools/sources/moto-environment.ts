import { chmod, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { runCommand } from "../command.ts";
import { ToolError } from "../errors.ts";
import { searchFoldersAndShims } from "../search-path.ts";
import type { Job, Way } from "../source.ts";
import { pinned } from "../table.ts";
import { findToolchain } from "../toolchain.ts";
import { compareVersions } from "../version-range.ts";

/** moto, the two packages that its server needs, and all their dependencies, each with its version. */
const requirements = resolve(import.meta.dirname, "..", "moto", "requirements.txt");
const oldestPython = "3.10";

/** A separate virtual environment; pip compares each file with the digest that the index provides. */
export const motoEnvironment: Way = {
  name: "PyPI, in a virtual environment",
  needs: `Python ${oldestPython} or newer with venv, PyPI`,
  async run(job: Job) {
    job.progress("making the virtual environment", 0);
    const pip = await createEnvironment(await findPython(job), job);
    const total = (await readFile(requirements, "utf8"))
      .split("\n")
      .filter((line) => /^[a-z]/i.test(line)).length;
    let collected = 0;
    job.progress("asking for packages", 0.1);
    await python(
      job,
      pip[0],
      [...pip.slice(1), "install", ...quietly, "--requirement", requirements],
      (line) => {
        if (line.startsWith("Collecting ")) {
          collected = Math.min(total, collected + 1);
          job.progress(`${collected} of ${total} packages`, 0.1 + (collected / total) * 0.6);
        } else if (line.startsWith("Installing collected")) job.progress("installing", 0.7);
      },
    );
    const server = join(job.folder, "bin", "moto_server");
    await writeFile(server, serverScript);
    await chmod(server, 0o755);
    return { version: pinned.moto };
  },
};

/**
 * Replaces the script that pip writes. pip inserts the interpreter's path, and some paths break it: a double quote
 * ends the string. This one finds the interpreter beside itself, also through a symbolic link.
 */
const serverScript = `#!/bin/sh
script=$(readlink -f "$0")
exec "\${script%/*}/python" -m moto.server "$@"
`;

const quietly = ["--no-input", "--disable-pip-version-check", "--progress-bar=off"];

interface Python {
  /** The interpreter itself, not the link or shim by which it was found. */
  readonly command: string;
  readonly hasVenvPip: boolean;
}

const introspection = [
  "import sys, importlib.util as u",
  "has = lambda name: u.find_spec(name) is not None",
  "print('.'.join(map(str, sys.version_info[:2])), has('venv'), has('ensurepip'), has('pip'), sys.executable)",
].join("\n");

/** The first on PATH that is new enough and can create an environment with pip in it. */
async function findPython(job: Job): Promise<Python> {
  for (const candidate of await searchFoldersAndShims(findToolchain().searchFolders, "python3")) {
    const said = await python(job, candidate, ["-c", introspection]).catch(() => "");
    const [version = "0", venv, ensurepip, pip, ...path] = said.trim().split(" ");
    if (compareVersions(version, oldestPython) < 0 || venv !== "True") continue;
    // Debian has ensurepip in a separate package (python3-venv); then its pip can serve the environment.
    if (ensurepip === "True" || pip === "True")
      return { command: path.join(" "), hasVenvPip: ensurepip === "True" };
  }
  throw new ToolError("DMM_TOOLS_COMMAND", {
    missing: `python3 ${oldestPython} or newer, with venv and ensurepip or pip (Debian: python3-venv)`,
  });
}

/** Returns the command line of the pip that installs into the environment. */
async function createEnvironment(found: Python, job: Job): Promise<readonly [string, ...string[]]> {
  const own = join(job.folder, "bin", "python");
  await python(job, found.command, [
    "-m",
    "venv",
    ...(found.hasVenvPip ? [] : ["--without-pip"]),
    job.folder,
  ]);
  return found.hasVenvPip ? [own, "-m", "pip"] : [found.command, "-m", "pip", "--python", own];
}

async function python(
  job: Job,
  command: string,
  args: readonly string[],
  onLine?: (line: string) => void,
): Promise<string> {
  return runCommand({
    command,
    arguments: args,
    // An operator's own module path must not get into the environment.
    environment: { PYTHONPATH: "", PYTHONHOME: "", VIRTUAL_ENV: "", PIP_USER: "0" },
    ...(job.signal && { signal: job.signal }),
    ...(onLine && { onLine }),
  });
}
