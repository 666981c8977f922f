import { spawn } from "node:child_process";
import { basename } from "node:path";
import { childEnvironment } from "./child-environment.ts";
import { commandFailed, commandMissing } from "./errors.ts";

/** A program of the machine that obtaining a part needs. */
export interface Command {
  readonly command: string;
  readonly arguments: readonly string[];
  readonly directory?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Sees each line of standard output and error. */
  readonly onLine?: (line: string) => void;
}

const linesInError = 3;
const lineLengthInError = 200;

/**
 * Runs a command to its end and returns its standard output. It is the leader of its own process group, so that an
 * interruption ends what it started as well (a compiler runs as several processes).
 * Throws DMM_TOOLS_COMMAND with the last lines that it printed, the reason of `signal` when that fires.
 */
export async function runCommand(command: Command): Promise<string> {
  command.signal?.throwIfAborted();
  const child = spawn(command.command, [...command.arguments], {
    cwd: command.directory,
    env: { ...childEnvironment("tools"), ...command.environment },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const endGroup = () => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, "SIGTERM");
    } catch {
      // It ended by itself.
    }
  };
  command.signal?.addEventListener("abort", endGroup, { once: true });
  process.once("exit", endGroup);
  const printed: string[] = [];
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  readLines(child.stdout, (line) => command.onLine?.(line));
  readLines(child.stderr, (line) => {
    printed.push(line);
    if (printed.length > linesInError) printed.shift();
    command.onLine?.(line);
  });
  try {
    const code = await new Promise<number | string | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (status, signal) => resolve(status ?? signal));
    });
    if (command.signal?.aborted) throw command.signal.reason;
    if (code === 0) return output;
    const last = printed.length > 0 ? printed : output.trimEnd().split("\n").slice(-linesInError);
    throw commandFailed(
      render(command),
      last.map((line) => line.trim().slice(0, lineLengthInError)).join(" | ") || `exit ${code}`,
      undefined,
    );
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT")
      throw commandMissing(command.command);
    throw error;
  } finally {
    command.signal?.removeEventListener("abort", endGroup);
    process.removeListener("exit", endGroup);
  }
}

function readLines(stream: NodeJS.ReadableStream, onLine: (line: string) => void): void {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (text: string) => {
    const lines = (rest + text).split(/\r?\n/);
    rest = lines.pop() ?? "";
    for (const line of lines) if (line.trim() !== "") onLine(line);
  });
  stream.on("end", () => {
    if (rest.trim() !== "") onLine(rest);
  });
}

/** Enough to recognise the command; its full length helps nobody. */
function render({ command, arguments: words }: Command): string {
  return [basename(command), words.find((word) => !word.startsWith("-"))].filter(Boolean).join(" ");
}
