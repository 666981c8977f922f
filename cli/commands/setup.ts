import type { Command } from "commander";
import { exitCodes } from "../exit-codes.ts";
import { type Outcome, runCommand, type Session } from "../session.ts";
import { ensureTools } from "../setup/ensure-tools.ts";
import { listToolRows } from "../setup/tool-rows.ts";

export { ensureTools } from "../setup/ensure-tools.ts";

/** `dmm-env setup`: downloads missing tools. */
export function registerSetup(program: Command): void {
  const command = program.command("setup");
  command.action(() => runCommand(command, setUp));
}

async function setUp(session: Session): Promise<Outcome> {
  const resolved = await ensureTools(session.reporter, { signal: session.interruption.first });
  const rows = listToolRows(resolved);
  return {
    exitCode: exitCodes.done,
    report: { tools: rows },
    lines: [
      ...rows.map(
        ({ tool, found, source }) => `${tool} ${found} (${source === "path" ? "on PATH" : "toolchain"})`,
      ),
      "All tools are present. Next: dmm-env up <name>",
    ],
  };
}
