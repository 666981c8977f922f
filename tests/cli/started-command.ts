import { readFileSync } from "node:fs";
import { join } from "node:path";
import { StartedProgram } from "../started-program.ts";
import { waitUntil } from "../wait-until.ts";

const root = join(import.meta.dirname, "..", "..");

/** Result of a finished command. */
export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running command, started as by an operator. */
export interface StartedCommand {
  readonly process: StartedProgram["child"];
  readonly ended: Promise<CommandResult>;
  /** Resolves when it has written this; rejects when it ends before. */
  says(text: string): Promise<void>;
}

/** The program that the launcher starts. */
export const commandLineFile = join(root, "cli", "main.ts");

/** A separate home for the command line; toolchain and caches are shared. */
export function commandLineEnvironment(home: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    DMM_ENV_HOME: home,
    DMM_ENV_TOOLCHAIN: process.env.DMM_ENV_TOOLCHAIN ?? join(root, ".dmm-env", "toolchain"),
    DMM_ENV_CACHE: process.env.DMM_ENV_CACHE ?? join(root, ".dmm-env", "cache"),
    // commander breaks lines at the terminal's width.
    COLUMNS: "80",
  };
}

/** Starts the command line in a separate home. */
export function startCommandLine(home: string, ...args: readonly string[]): StartedCommand {
  return startCommandLineIn(commandLineEnvironment(home), ...args);
}

/** Starts the command line with exactly these environment variables. */
export function startCommandLineIn(
  environment: NodeJS.ProcessEnv,
  ...args: readonly string[]
): StartedCommand {
  const program = new StartedProgram(process.execPath, [commandLineFile, ...args], {
    cwd: root,
    env: environment,
    extendEnv: false,
  });
  const ended = program.ended.then(({ code }) => ({ code, stdout: program.stdout, stderr: program.stderr }));
  return { process: program.child, ended, says: (text) => program.says(text) };
}

/** Waits until a command has its own signal listeners: Node itself does not listen for SIGHUP. */
export async function untilItListens({ process: { pid } }: StartedCommand): Promise<void> {
  await waitUntil("the command listens for signals", () => {
    const caught = /^SigCgt:\s*([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? "0";
    return (Number.parseInt(caught.slice(-1), 16) & 1) === 1;
  });
}

/** Runs the command line to its end. */
export function runCommandLine(home: string, ...args: readonly string[]): Promise<CommandResult> {
  return startCommandLine(home, ...args).ended;
}
