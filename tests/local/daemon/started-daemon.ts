import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { StartedProgram } from "../../started-program.ts";
import { root, temporaryDirectory, tools } from "./started-region.ts";

const main = join(root, "local", "main.ts");

export interface RegionFile {
  readonly pid: number;
  readonly startTime: number;
  readonly providers: { readonly aws: number; readonly awsx: number };
  readonly endpoint: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder with the files that the region's command line needs. */
export function prepareDirectory() {
  const folder = temporaryDirectory();
  const toolsFile = join(folder.path, "tools.json");
  const imagesFile = join(folder.path, "images.json");
  writeFileSync(toolsFile, JSON.stringify(tools));
  writeFileSync(imagesFile, JSON.stringify({}));
  return {
    directory: join(folder.path, "region"),
    toolsFile,
    imagesFile,
    [Symbol.dispose]: folder[Symbol.dispose],
  };
}

export type Prepared = ReturnType<typeof prepareDirectory>;

export function serveArgs(
  { directory, toolsFile, imagesFile }: Prepared,
  network: string,
): readonly string[] {
  const files = ["--tools", toolsFile, "--images", imagesFile];
  return ["serve", "--directory", directory, "--network", network, "--region", "eu-west-1", ...files];
}

/** Runs the region's command line to its end. */
export async function runRegion(args: readonly string[]): Promise<Ended> {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [main, ...args], {
    stdin: "ignore",
    stripFinalNewline: false,
    reject: false,
  });
  return { code: exitCode ?? null, stdout, stderr };
}

/** A running daemon; nothing of it is left at the end of the scope. */
export async function startDaemon(args: readonly string[], directory: string) {
  const program = new StartedProgram(process.execPath, [main, ...args]);
  const exited = program.ended.then(({ code }) => code);
  await program.says("ready\n");
  return {
    pid: program.child.pid as number,
    file: JSON.parse(readFileSync(join(directory, "region.json"), "utf8")) as RegionFile,
    exited,
    async stop(signal: NodeJS.Signals = "SIGTERM") {
      program.child.kill(signal);
      return await exited;
    },
    async [Symbol.asyncDispose]() {
      await program.end();
      await runRegion(["sweep", "--directory", directory]);
    },
  };
}
