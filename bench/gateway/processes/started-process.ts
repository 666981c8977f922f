import { once } from "node:events";
import { execa, type ResultPromise } from "execa";
import { pollUntil } from "../../../machine/wait.ts";
import { coreCount, pin } from "./cores.ts";

export interface Start {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** `contender` has its own core; all else shares the others. `anywhere` is not pinned. */
  readonly place: "contender" | "test-bed" | "anywhere";
}

type ChildProcess = ResultPromise["nodeChildProcess"];

const living = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of living) child.kill("SIGKILL");
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));

/** A process of the benchmark; none outlives it. */
export class StartedProcess implements AsyncDisposable {
  readonly child: ChildProcess;
  /** The end of its output, for messages. */
  output = "";

  constructor({ command, args, environment = {}, place }: Start) {
    const [program, ...pinned] = pin([command, ...args], place, coreCount);
    this.child = execa(program!, pinned, {
      env: environment,
      stdin: "ignore",
      buffer: false,
      cleanup: false,
      reject: false,
    }).nodeChildProcess;
    living.add(this.child);
    this.child.once("exit", () => living.delete(this.child));
    this.child.once("error", (error) => this.#keep(String(error)));
    this.child.stdout!.on("data", (chunk) => this.#keep(chunk));
    this.child.stderr!.on("data", (chunk) => this.#keep(chunk));
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get ended(): boolean {
    return this.child.pid === undefined || this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** @throws Error with its output when it has ended or the condition is not met in time */
  async waitUntil(what: string, condition: () => Promise<boolean>, withinMs = 20_000): Promise<void> {
    const find = async () => {
      const isMet = await condition();
      // Another process may use the address, and respond in its place.
      if (this.ended) throw new Error(`It ended before ${what}:\n${this.output}`);
      return isMet;
    };
    if ((await pollUntil(find, { withinMs, everyMs: 20 })) === undefined)
      throw new Error(`Not within ${withinMs} ms: ${what}.\n${this.output}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.ended) return;
    const exit = once(this.child, "exit");
    this.child.kill("SIGKILL");
    await exit;
  }

  #keep(text: unknown): void {
    this.output = (this.output + String(text)).slice(-8000);
  }
}
