import { once } from "node:events";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { execa, type ResultPromise } from "execa";

const toolchain = process.env.DMM_ENV_TOOLCHAIN ?? resolve(import.meta.dirname, "../../.dmm-env/toolchain");
const debian = join(toolchain, "debian");

/** A program of the toolchain, or of PATH where the toolchain does not have it. */
export function findProgram(name: string): string {
  for (const folder of ["usr/bin", "usr/sbin"]) {
    const path = join(debian, folder, name);
    if (existsSync(path)) return path;
  }
  return name;
}

export const mariadbShare = join(debian, "usr/share/mysql");

const libraries = [join(debian, "usr/lib/x86_64-linux-gnu"), join(debian, "lib/x86_64-linux-gnu")].join(":");

/** A process that a test started; it ends with the test, whatever happens. */
export class StartedProcess {
  readonly child: ResultPromise["nodeChildProcess"];
  static readonly libraries = libraries;
  output = "";

  constructor(command: string, args: readonly string[], environment: Record<string, string> = {}) {
    this.child = execa(command, args, {
      env: environment,
      stdin: "ignore",
      buffer: false,
      reject: false,
    }).nodeChildProcess;
    this.child.stdout!.on("data", (chunk) => {
      this.output += chunk;
    });
    this.child.stderr!.on("data", (chunk) => {
      this.output += chunk;
    });
  }

  /** Of the toolchain, with its libraries. */
  static ofToolchain(name: string, args: readonly string[]): StartedProcess {
    return new StartedProcess(findProgram(name), args, { LD_LIBRARY_PATH: libraries });
  }

  get exited(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  async end(signal: NodeJS.Signals = "SIGKILL"): Promise<number | null> {
    if (!this.exited) {
      const exit = once(this.child, "exit");
      this.child.kill("SIGCONT");
      this.child.kill(signal);
      await exit;
    }
    return this.child.exitCode;
  }
}

/** Waits for a condition with a bound and a name for its failure. */
export async function waitUntil(
  what: string,
  condition: () => Promise<boolean> | boolean,
  withinMs = 60_000,
): Promise<void> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    if (await condition()) return;
    if (Date.now() > deadline) throw new Error(`Not within ${withinMs} ms: ${what}`);
    await new Promise((done) => setTimeout(done, 10));
  }
}
