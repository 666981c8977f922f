import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { createFolder } from "../../machine/files.ts";
import { type ProcessIdentity, readProcess } from "../../machine/process.ts";
import { killGroup, sendSignal } from "../../machine/signals.ts";
import type { ProcessSpec, RunningProcess } from "../region.ts";
import { RegionError } from "./errors.ts";
import type { OutputFile } from "./output-file.ts";

const defaultStop = { signal: "SIGTERM", withinMs: 2000 } as const;

export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** One running process in its own session: signals to the region's terminal do not reach it. */
export class StartedProcess implements RunningProcess {
  readonly name: string;
  readonly pid: number;
  readonly identity: ProcessIdentity;
  readonly exited: Promise<void>;
  /** True once its end was requested; only an unexpected end is reported. */
  asked = false;
  readonly #spec: ProcessSpec;

  constructor(spec: ProcessSpec, child: ChildProcess, onExit: (exit: ProcessExit) => void) {
    this.name = spec.name;
    this.#spec = spec;
    this.pid = child.pid as number;
    // It may have ended already; its pid cannot be reused before Node has seen the exit.
    this.identity = { pid: this.pid, startTime: readProcess(this.pid)?.startTime ?? 0 };
    this.exited = new Promise((resolve) => {
      child.once("exit", (code, signal) => {
        // Child processes that it left behind are killed with it.
        killGroup(this.pid, "SIGKILL");
        onExit({ code, signal });
        resolve();
      });
    });
  }

  /** Sends the stop signal, waits, then kills. Resolves when it is gone; concurrent calls share one stop. */
  async stop(limitMs = Number.POSITIVE_INFINITY): Promise<void> {
    this.asked = true;
    const { signal, withinMs } = this.#spec.stop ?? defaultStop;
    this.kill(signal);
    const force = setTimeout(() => killGroup(this.pid, "SIGKILL"), Math.min(withinMs, limitMs));
    await this.exited;
    clearTimeout(force);
  }

  kill(signal: NodeJS.Signals): void {
    sendSignal(this.identity, signal);
  }
}

/**
 * Starts a program with none of the operator's environment except PATH, with its own home and temporary folder.
 * Its output goes directly to the file unless there is a line listener.
 */
export async function spawnProcess(
  spec: ProcessSpec,
  directory: string,
  output: OutputFile,
): Promise<ChildProcess> {
  createFolder(join(directory, "tmp"));
  const child = spawn(spec.command, [...spec.arguments], {
    cwd: spec.workingDirectory ?? directory,
    detached: true,
    stdio: ["ignore", spec.onLine ? "pipe" : output.descriptor, output.descriptor],
    env: {
      PATH: process.env.PATH ?? "/usr/bin:/bin",
      LANG: "C.UTF-8",
      // As in AWS's containers and databases, wherever the machine is.
      TZ: "UTC",
      HOME: directory,
      TMPDIR: join(directory, "tmp"),
      ...spec.environment,
    },
  });
  if (child.pid === undefined) {
    const cause = await new Promise<NodeJS.ErrnoException>((resolve) => child.once("error", resolve));
    const { name, command } = spec;
    throw new RegionError(
      "DMM_LOCAL_PROCESS_FAILED",
      { command, name, reason: cause.code ?? cause.message },
      cause,
    );
  }
  // Later errors (a signal to a process that is gone) are handled where they occur.
  child.on("error", () => {});
  if (spec.onLine && child.stdout) passLines(child.stdout, spec.onLine, output);
  return child;
}

function passLines(stream: NodeJS.ReadableStream, onLine: (line: string) => void, output: OutputFile): void {
  const lines = createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY });
  lines.on("line", (line) => {
    output.write(`${line}\n`);
    onLine(line);
  });
}
