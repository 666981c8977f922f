import type { Command } from "commander";
import { exitCodes } from "../exit-codes.ts";
import { type Outcome, runCommand, type Session } from "../session.ts";
import { ensureParts } from "../setup/ensure-parts.ts";
import { listPartRows } from "../setup/part-rows.ts";

export { ensureParts } from "../setup/ensure-parts.ts";

/** `dmm-env setup`: fetches every part that this machine lacks. */
export function registerSetup(program: Command): void {
  const command = program.command("setup").description("fetch every part that this machine lacks");
  command.action(() => runCommand(command, setUp));
}

async function setUp(session: Session): Promise<Outcome> {
  const resolved = await ensureParts(session.reporter, { signal: session.interruption.first });
  const rows = listPartRows(resolved);
  return {
    exitCode: exitCodes.done,
    report: { parts: rows },
    lines: [
      ...rows.map(
        ({ part, found, source }) => `${part} ${found} (${source === "path" ? "on PATH" : "toolchain"})`,
      ),
      "Everything is there. Next: dmm-env up NAME",
    ],
  };
}
