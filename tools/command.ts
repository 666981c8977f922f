import { basename } from "node:path";
import { childEnvironment } from "./child-environment.ts";
import { ToolError } from "./errors.ts";

/** A program of the machine that is needed to obtain a tool. */
export interface Command {
  readonly command: string;
  readonly arguments: readonly string[];
  readonly directory?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Receives each line of standard output and error. */
  readonly onLine?: (line: string) => void;
}

const linesInError = 3;
const lineLengthInError = 200;

/**
 * Runs a command to its end and returns its standard output. It leads its own process group, so that an
 * interruption also ends its children (a compiler runs as several processes). Throws DMM_TOOLS_COMMAND with the
 * last lines of its output, or the reason of `signal` when that fires.
 */
export async function runCommand(command: Command): Promise<string> {
  const { signal } = command;
  signal?.throwIfAborted();
  const { execa } = await import("execa");
  const printed: string[] = [];
  const child = execa(command.command, command.arguments, {
    env: { ...childEnvironment("tools"), ...command.environment },
    extendEnv: false,
    stdin: "ignore",
    stdout: passLines((line) => command.onLine?.(line)),
    stderr: passLines((line) => {
      printed.push(line);
      if (printed.length > linesInError) printed.shift();
      command.onLine?.(line);
    }),
    buffer: { stderr: false },
    stripFinalNewline: false,
    killDescendants: true,
    forceKillAfterDelay: false,
    cleanup: false,
    reject: false,
    ...(command.directory !== undefined && { cwd: command.directory }),
    ...(signal && { cancelSignal: signal }),
  });
  const endGroup = () => child.kill();
  process.once("exit", endGroup);
  try {
    const result = await child;
    if (signal?.aborted) throw signal.reason;
    if (result.exitCode === 0) return result.stdout;
    if (result.code === "ENOENT") throw new ToolError("DMM_TOOLS_COMMAND", { missing: command.command });
    const code = result.exitCode ?? result.signal;
    if (code === undefined) throw result.cause ?? result;
    const last = printed.length > 0 ? printed : result.stdout.trimEnd().split("\n").slice(-linesInError);
    const shown = last.map((line) => line.trim().slice(0, lineLengthInError)).join(" | ");
    throw new ToolError("DMM_TOOLS_COMMAND", { command: render(command), printed: shown || `exit ${code}` });
  } finally {
    process.removeListener("exit", endGroup);
  }
}

/** Passes each line on unchanged, and reports those that are not blank. */
function passLines(onLine: (line: string) => void) {
  return function* (line: unknown): Generator<unknown, void, void> {
    const text = String(line);
    if (text.trim() !== "") onLine(text);
    yield line;
  };
}

/** Enough to recognize the command. */
function render({ command, arguments: args }: Command): string {
  return [basename(command), args.find((word) => !word.startsWith("-"))].filter(Boolean).join(" ");
}
