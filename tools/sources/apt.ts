import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "../command.ts";
import { ToolError } from "../errors.ts";
import type { Job } from "../source.ts";

/** Apt with the machine's package lists, or separate ones, without root. */
export interface Apt {
  /** Names of the packages and all their dependencies, without those that every Debian system has. */
  listClosure(packages: readonly string[]): Promise<readonly string[]>;
  /** Download size in bytes. */
  measure(packages: readonly string[]): Promise<number>;
  download(packages: readonly string[], folder: string): Promise<void>;
}

const onlyNeeded = ["recommends", "suggests", "conflicts", "breaks", "replaces", "enhances"].map(
  (kind) => `--no-${kind}`,
);

/**
 * With `refreshedIn`, lists are fetched into that folder first; otherwise those of the machine are used. The
 * sources (mirrors, keys) are the machine's in both cases.
 */
export async function openApt(options: {
  readonly refreshedIn: string | undefined;
  readonly job: Job;
}): Promise<Apt> {
  const { refreshedIn, job } = options;
  const settings = [
    ...(refreshedIn === undefined
      ? []
      : [`Dir::State=${join(refreshedIn, "state")}`, `Dir::Cache=${join(refreshedIn, "cache")}`]),
    // As root, apt would download as another user, who may not write here.
    "APT::Sandbox::User=root",
    "Acquire::Retries=1",
    "Acquire::http::Timeout=20",
    "Acquire::https::Timeout=20",
  ].flatMap((setting) => ["-o", setting]);
  const complaints: string[] = [];
  const run = (command: string, args: readonly string[], directory?: string) =>
    runCommand({
      command,
      arguments: [...args, ...settings],
      environment: { LC_ALL: "C", DEBIAN_FRONTEND: "noninteractive" },
      ...(directory !== undefined && { directory }),
      ...(job.signal && { signal: job.signal }),
      onLine: (line) => {
        if (/^[WE]: /.test(line)) complaints.push(line);
      },
    });
  if (refreshedIn !== undefined) {
    await mkdir(join(refreshedIn, "state", "lists", "partial"), { recursive: true });
    await mkdir(join(refreshedIn, "cache", "archives", "partial"), { recursive: true });
    // An unreachable third-party source is only a warning, and the lists of the others count.
    await run("apt-get", ["update", "--quiet"]);
  }
  return {
    async listClosure(packages) {
      const printed = await run("apt-cache", ["depends", "--recurse", ...onlyNeeded, ...packages]).catch(
        (error) => {
          // Without lists no package is known; the reason was only a warning when they were fetched.
          throw complaints.length > 1
            ? new ToolError(
                "DMM_TOOLS_COMMAND",
                { command: "apt", printed: complaints.slice(0, 3).join(" | ") },
                error,
              )
            : error;
        },
      );
      // Names are not indented; those in angle brackets are virtual, those with a colon of another architecture.
      const names = [...new Set(printed.split("\n").filter((line) => /^[a-z0-9][^\s:<>]*$/.test(line)))];
      return selectOwn(await run("apt-cache", ["show", "--no-all-versions", ...names]), names);
    },
    async measure(packages) {
      const printed = await run("apt-get", ["download", "--print-uris", "--quiet", ...packages]);
      const sizes = printed.split("\n").map((line) => Number(/^'\S+' \S+ (\d+) /.exec(line)?.[1] ?? 0));
      return sizes.reduce((sum, size) => sum + size, 0);
    },
    async download(packages, folder) {
      await run("apt-get", ["download", "--quiet", ...packages], folder);
    },
  };
}

/** Omits essential and required packages: every system has them, and a second copy could only conflict. */
function selectOwn(records: string, names: readonly string[]): readonly string[] {
  const own = records.split(/\n\n+/).flatMap((record) => {
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(record)?.[1];
    const everywhere = field("Essential") === "yes" || field("Priority") === "required";
    return everywhere ? [] : [field("Package") ?? ""];
  });
  return names.filter((name) => own.includes(name));
}
