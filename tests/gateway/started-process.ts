import type { ToolName } from "../../tools/tool.ts";
import { installedTool } from "../installed-tools.ts";
import { StartedProgram } from "../started-program.ts";

/** A process that a test started; it ends with the test in any case. */
export class StartedProcess extends StartedProgram {
  constructor(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    super(command, args, { env });
  }

  /** From the toolchain, with its libraries. */
  static ofToolchain(name: ToolName, args: readonly string[]): StartedProcess {
    const { command, environment } = installedTool(name);
    return new StartedProcess(command, args, environment);
  }
}
