import { createHash } from "node:crypto";
import { execaSync } from "execa";
import { environmentName, productionName } from "../../stacks/config/config.ts";

const longest = 20;
const withinMs = 5_000;

/** The checkout's current git branch; undefined if there is none: a detached HEAD, no repository, no git. */
export function readBranch(directory: string): string | undefined {
  const { stdout, failed } = execaSync(
    "git",
    ["-C", directory, "symbolic-ref", "--quiet", "--short", "HEAD"],
    {
      timeout: withinMs,
      stdin: "ignore",
      reject: false,
    },
  );
  return failed || stdout === "" ? undefined : stdout;
}

/**
 * The environment's name for a branch: in lower case, with one hyphen for each run of characters other than
 * letters and digits. `env-` is put before a name that an environment may not have. Of a name longer than 20
 * characters the first 13 stay, followed by six digits of the branch's SHA-256, so that two branches do not share
 * an environment.
 */
export function nameOfBranch(branch: string): string {
  const slug = branch
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  const name = isAllowed(cut(slug, branch)) ? slug : `env-${slug}`;
  return cut(name, branch).replace(/-$/, "");
}

function cut(name: string, branch: string): string {
  if (name.length <= longest) return name;
  const digits = createHash("sha256").update(branch).digest("hex").slice(0, 6);
  return `${name.slice(0, longest - digits.length - 1).replace(/-$/, "")}-${digits}`;
}

function isAllowed(name: string): boolean {
  return name !== productionName && "value" in environmentName(name);
}
