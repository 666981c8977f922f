import { join, resolve } from "node:path";
import { runCommand } from "../command.ts";
import type { Job, Way } from "../source.ts";
import { pinned } from "../table.ts";

const version = pinned.pulumi;
/** go.mod and go.sum there pin the CLI and every module below it. */
const module = resolve(import.meta.dirname, "..", "pulumi");
const mainPackage = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";

/**
 * The flags of Pulumi's own releases. Without the stamp the CLI would report no version and the Automation API
 * would refuse it.
 */
const flags = [
  "-trimpath",
  "-tags=osusergo,grpcnotrace",
  `-ldflags=-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${version}`,
];

/**
 * Compiles the CLI from Go modules: about 6 minutes on 2 cores the first time. Go caches downloads and compiled
 * packages, so an interrupted build continues where it stopped.
 */
export const pulumiBuild: Way = {
  name: "compiled from Go modules",
  needs: "Go 1.26 or newer, a Go module proxy",
  async run(job: Job) {
    const stale = await countStalePackages(job);
    await build(job, stale);
    return { version };
  },
};

/** Fetches the modules and counts the packages that are not compiled yet. */
async function countStalePackages(job: Job): Promise<number> {
  let fetched = 0;
  job.progress("looking at the modules");
  const listed = await go(
    job,
    ["list", "-deps", ...flags, "-f", "{{if .Stale}}{{.ImportPath}}{{end}}", mainPackage],
    (line) => {
      if (!line.startsWith("go: downloading")) return;
      fetched += 1;
      job.progress(`${fetched} modules fetched`);
    },
  );
  return listed.split("\n").filter(Boolean).length;
}

async function build(job: Job, stale: number): Promise<void> {
  let compiled = 0;
  const report = () => {
    // The last one, linking, is printed when it begins and takes longest.
    if (compiled < stale) job.progress(`${compiled} of ${stale} packages compiled`, compiled / stale);
    else job.progress("linking", 0.99);
  };
  report();
  // With -v Go prints each package that it compiles, one a line.
  await go(job, ["build", "-v", ...flags, "-o", join(job.folder, "bin", "pulumi"), mainPackage], (line) => {
    if (/\s/.test(line.trim())) return;
    compiled += 1;
    report();
  });
}

async function go(job: Job, args: readonly string[], onLine: (line: string) => void): Promise<string> {
  return runCommand({
    command: "go",
    arguments: args,
    directory: module,
    // A go.work above the checkout would change how modules are resolved.
    environment: { CGO_ENABLED: "0", GOWORK: "off" },
    ...(job.signal && { signal: job.signal }),
    onLine,
  });
}
