import { once } from "node:events";
import { execa, type ResultPromise } from "execa";
import type { ToolName } from "../../tools/tool.ts";
import { installedTool } from "../installed-tools.ts";

/** A process that a test started; it ends with the test in any case. */
export class StartedProcess {
  readonly child: ResultPromise["nodeChildProcess"];
  output = "";

  constructor(command: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
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

  /** From the toolchain, with its libraries. */
  static ofToolchain(name: ToolName, args: readonly string[]): StartedProcess {
    const { command, environment } = installedTool(name);
    return new StartedProcess(command, args, environment);
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
