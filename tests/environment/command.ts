import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa, type ResultPromise } from "execa";
import { root } from "../repository/source-files.ts";

/** Result of one run of the command line. */
export interface CommandResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCommand {
  readonly child: ResultPromise["nodeChildProcess"];
  readonly ended: Promise<CommandResult>;
}

/** A separate home for the command line, sharing only the toolchain and the caches; removed with its scope. */
export class CommandHome implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), "dmm-env-home-"));

  start(...parameters: readonly string[]): RunningCommand {
    const child = execa(process.execPath, [join(root, "cli", "main.ts"), ...parameters], {
      cwd: root,
      env: {
        DMM_ENV_HOME: this.folder,
        DMM_ENV_TOOLCHAIN: process.env.DMM_ENV_TOOLCHAIN ?? join(root, ".dmm-env", "toolchain"),
        DMM_ENV_CACHE: process.env.DMM_ENV_CACHE ?? join(root, ".dmm-env", "cache"),
        NODE_COMPILE_CACHE: join(root, ".dmm-env", "cache", "node"),
        NO_COLOR: "1",
      },
      stdin: "ignore",
      buffer: false,
      reject: false,
    }).nodeChildProcess;
    return { child, ended: collect(child) };
  }

  run(...parameters: readonly string[]): Promise<CommandResult> {
    return this.start(...parameters).ended;
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function collect(child: RunningCommand["child"]): Promise<CommandResult> {
  let stdout = "";
  let stderr = "";
  child.stdout?.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr?.on("data", (chunk) => {
    stderr += chunk;
  });
  // "exit", not "close": a child that outlives a killed command may still hold its pipes.
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.once("exit", (...outcome) => resolve(outcome)).once("error", reject);
  });
  await new Promise((resolve) => setImmediate(resolve));
  return { code, signal, stdout, stderr };
}
