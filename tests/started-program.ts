import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { execa, type ResultPromise } from "execa";

export interface ProgramOptions {
  /** Added to this process's own environment unless `extendEnv` is false. */
  readonly env?: NodeJS.ProcessEnv;
  readonly extendEnv?: boolean;
  readonly cwd?: string;
}

export interface ProgramEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process that outlives a program that was killed may hold its pipes: the output is awaited no longer than this. */
const outputWithinMs = 1_000;

/** A program that a test started, with what it has written so far; it ends with its scope. */
export class StartedProgram implements AsyncDisposable {
  readonly child: ResultPromise["nodeChildProcess"];
  /** Resolves when it has ended and its output is read. */
  readonly ended: Promise<ProgramEnd>;
  stdout = "";
  stderr = "";
  /** Both, in the order of their arrival. */
  output = "";

  constructor(command: string, args: readonly string[], options: ProgramOptions = {}) {
    this.child = execa(command, args, {
      ...options,
      stdin: "ignore",
      buffer: false,
      reject: false,
    }).nodeChildProcess;
    this.child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.stdout += text;
      this.output += text;
    });
    this.child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
      this.output += text;
    });
    this.ended = this.#waitForEnd();
  }

  get exited(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Resolves when it has written this to standard output or error; rejects when it ends before. */
  async says(text: string): Promise<void> {
    const said = new Promise<void>((resolve) => {
      const look = () => {
        if (this.output.includes(text)) resolve();
      };
      for (const stream of [this.child.stdout, this.child.stderr]) stream?.on("data", look);
      look();
    });
    const early = this.ended.then(({ code }) => {
      throw new Error(`It ended with ${code} before it said "${text}":\n${this.output}`);
    });
    await Promise.race([said, early]);
  }

  /** Ends it, also if it is stopped; resolves with its exit code, or null after a signal. */
  async end(signal: NodeJS.Signals = "SIGKILL"): Promise<number | null> {
    if (!this.exited) {
      const exit = once(this.child, "exit");
      this.child.kill("SIGCONT");
      this.child.kill(signal);
      await exit;
    }
    return this.child.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }

  async #waitForEnd(): Promise<ProgramEnd> {
    // A program that cannot be started has an error and no end, which the next line reports.
    const closed = once(this.child, "close").catch(() => undefined);
    const [code, signal] = await once(this.child, "exit");
    const late = new AbortController();
    await Promise.race([
      closed,
      delay(outputWithinMs, undefined, { signal: late.signal }).catch(() => undefined),
    ]);
    late.abort();
    return { code, signal };
  }
}
