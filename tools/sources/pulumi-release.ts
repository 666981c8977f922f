import { mkdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { runCommand } from "../command.ts";
import { download, fetchText } from "../download.ts";
import { ToolError } from "../errors.ts";
import type { Job, Way } from "../source.ts";
import { pinned } from "../table.ts";

const version = pinned.pulumi;
const officialReleases = "https://get.pulumi.com/releases/sdk";

/** The official release, checked against its list of SHA-256 sums. DMM_ENV_PULUMI_RELEASES may name a mirror. */
export const pulumiRelease: Way = {
  name: "official download",
  needs: officialReleases,
  async run(job: Job) {
    const releases = process.env.DMM_ENV_PULUMI_RELEASES || officialReleases;
    const url = `${releases}/pulumi-v${version}-${platform()}.tar.gz`;
    // The small file first: an unreachable host is detected soonest.
    job.progress("asking for the checksums");
    const expected = await fetchChecksum(`${releases}/pulumi-${version}-checksums.txt`, basename(url), job);
    await mkdir(job.keep, { recursive: true });
    const archive = join(job.keep, basename(url));
    const actual = await download({
      url,
      file: archive,
      ...(job.signal && { signal: job.signal }),
      progress: (received, total) => job.progress(renderBytes(received, total), total && received / total),
    });
    if (actual !== expected) {
      await rm(archive, { force: true });
      throw new ToolError("DMM_TOOLS_CHECKSUM", { url, expected, actual });
    }
    job.progress("unpacking");
    const bin = join(job.folder, "bin");
    await mkdir(bin, { recursive: true });
    await runCommand({
      command: "tar",
      arguments: ["-xzf", archive, "-C", bin, "--strip-components=1"],
      ...(job.signal && { signal: job.signal }),
    });
    return { version };
  },
};

async function fetchChecksum(url: string, file: string, job: Job): Promise<string> {
  const lines = (await fetchText(url, job.signal)).split("\n").map((line) => line.trim().split(/\s+\*?/));
  const sum = lines.find(([, name]) => name === file)?.[0];
  if (sum === undefined || !/^[0-9a-f]{64}$/.test(sum))
    throw new ToolError("DMM_TOOLS_UNREACHABLE", { url, reason: `it has no SHA-256 of ${file}` });
  return sum;
}

function platform(): string {
  const supported = ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64"];
  const name = `${process.platform}-${process.arch}`;
  if (!supported.includes(name))
    throw new ToolError("DMM_TOOLS_PLATFORM", { problem: `Pulumi has no release for ${name}` });
  return name;
}

function renderBytes(received: number, total: number | undefined): string {
  const mebibytes = (bytes: number) => (bytes / 2 ** 20).toFixed(1);
  return total === undefined
    ? `${mebibytes(received)} MiB`
    : `${mebibytes(received)} of ${mebibytes(total)} MiB`;
}
