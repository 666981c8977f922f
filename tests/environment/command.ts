import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../repository/source-files.ts";
import { type ProgramEnd, StartedProgram } from "../started-program.ts";

/** Result of one run of the command line. */
export interface CommandResult extends ProgramEnd {
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCommand {
  readonly child: StartedProgram["child"];
  readonly ended: Promise<CommandResult>;
}

/** A separate home for the command line, sharing only the toolchain and the caches; removed with its scope. */
export class CommandHome implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), "dmm-env-home-"));

  start(...parameters: readonly string[]): RunningCommand {
    const program = new StartedProgram(process.execPath, [join(root, "cli", "main.ts"), ...parameters], {
      cwd: root,
      env: {
        DMM_ENV_HOME: this.folder,
        DMM_ENV_TOOLCHAIN: process.env.DMM_ENV_TOOLCHAIN ?? join(root, ".dmm-env", "toolchain"),
        DMM_ENV_CACHE: process.env.DMM_ENV_CACHE ?? join(root, ".dmm-env", "cache"),
        NODE_COMPILE_CACHE: join(root, ".dmm-env", "cache", "node"),
        NO_COLOR: "1",
      },
    });
    const ended = program.ended.then((end) => ({ ...end, stdout: program.stdout, stderr: program.stderr }));
    return { child: program.child, ended };
  }

  run(...parameters: readonly string[]): Promise<CommandResult> {
    return this.start(...parameters).ended;
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
