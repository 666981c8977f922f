import { spawn } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "..", "..");

/** What a finished command left behind. */
export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line as an operator does, in a home of its own. */
export async function runCommandLine(home: string, ...words: readonly string[]): Promise<CommandResult> {
  const child = spawn(process.execPath, [join(root, "cli", "main.ts"), ...words], {
    cwd: root,
    env: {
      ...process.env,
      DMM_ENV_HOME: home,
      DMM_ENV_TOOLCHAIN: process.env.DMM_ENV_TOOLCHAIN ?? join(root, ".dmm-env", "toolchain"),
      DMM_ENV_CACHE: process.env.DMM_ENV_CACHE ?? join(root, ".dmm-env", "cache"),
      // commander breaks lines at the terminal's width.
      COLUMNS: "80",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exit) => resolve(exit));
  });
  return { code, stdout: stdout(), stderr: stderr() };
}

function collect(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString("utf8");
}
