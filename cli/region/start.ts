import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createFolder, replaceFile } from "../../machine/files.ts";
import { pollUntil } from "../../machine/wait.ts";
import { childEnvironment } from "../../tools/child-environment.ts";
import type { regionTools } from "../../tools/resolve-tools.ts";
import type { EnvironmentRecord } from "../environment/record.ts";
import { OperatorError } from "../errors.ts";
import { checkout, type EnvironmentFolder, type Home } from "../home.ts";
import { type RegionAddress, readRegionAddress } from "./address.ts";
import { localImages } from "./local-images.ts";

/** The programs that the region runs. */
export type RegionTools = ReturnType<typeof regionTools>;

const readyWithinMs = 60_000;

export interface RegionStart {
  readonly home: Home;
  readonly folder: EnvironmentFolder;
  readonly record: Pick<EnvironmentRecord, "name" | "network">;
  readonly region: string;
  readonly tools: RegionTools;
  /** Starts only what is needed to delete resources, without restoring them. */
  readonly forTeardown?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Starts the local region as a process with its own session, so that it outlives this command, and waits until it
 * is ready. A running one is used as is. Throws DMM_REGION_FAILED or DMM_REGION_SLOW.
 */
export async function startRegion(start: RegionStart): Promise<RegionAddress> {
  const running = readRegionAddress(start.folder.region);
  if (running !== undefined) return running;
  createFolder(start.folder.region);
  createFolder(start.folder.logs);
  rmSync(join(start.folder.region, "region.json"), { force: true });
  const log = join(start.folder.logs, "region.log");
  const output = openSync(log, "a", 0o600);
  const child = spawn(start.tools.node.command, regionArguments(start), {
    // The folder identifies it if this process is killed before the region has written its first line.
    cwd: start.folder.region,
    detached: true,
    stdio: ["ignore", output, output],
    env: {
      ...childEnvironment("local"),
      ...start.tools.node.environment,
      DMM_ENV_CACHE: start.home.cache,
      NODE_COMPILE_CACHE: join(start.home.cache, "compile"),
    },
  });
  closeSync(output);
  child.unref();
  return await waitUntilReady(start, child, log);
}

function regionArguments({ folder, record, region, tools, forTeardown }: RegionStart): readonly string[] {
  const toolsFile = join(folder.directory, "tools.json");
  const imagesFile = join(folder.directory, "images.json");
  replaceFile(toolsFile, JSON.stringify(tools));
  replaceFile(imagesFile, JSON.stringify(localImages(tools)));
  return [
    join(checkout, "local", "main.ts"),
    "serve",
    "--directory",
    folder.region,
    "--network",
    `127.${record.network}`,
    "--region",
    region,
    "--tools",
    toolsFile,
    "--images",
    imagesFile,
    ...(forTeardown ? ["--purpose", "teardown"] : []),
  ];
}

async function waitUntilReady(
  { folder, record, signal }: RegionStart,
  child: ReturnType<typeof spawn>,
  log: string,
): Promise<RegionAddress> {
  const name = record.name;
  let ended: string | undefined;
  child.once("error", (cause) => {
    ended = cause.message;
  });
  child.once("exit", () => {
    ended = readReason(log);
  });
  const findAddress = () => {
    const address = readRegionAddress(folder.region);
    if (address?.pid === child.pid) return address;
    if (ended !== undefined) throw new OperatorError("DMM_REGION_FAILED", { name, reason: ended, log });
    return undefined;
  };
  try {
    const address = await pollUntil(findAddress, { withinMs: readyWithinMs, everyMs: 20, signal });
    if (address !== undefined) return address;
    throw new OperatorError("DMM_REGION_SLOW", { name, seconds: readyWithinMs / 1000, log });
  } catch (error) {
    child.kill("SIGTERM");
    throw error;
  }
}

/**
 * The error on the last line of a region that could not start: `{ code, message, hint }`, otherwise the last lines
 * as they are.
 */
function readReason(log: string): string {
  const lines = readFileSync(log, "utf8").trimEnd().split("\n");
  try {
    const { code, message, hint } = JSON.parse(lines.at(-1) ?? "") as Record<string, string>;
    return `${code}: ${message} ${hint}`;
  } catch {
    return lines.slice(-3).join(" / ").slice(-600);
  }
}
