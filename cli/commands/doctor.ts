import type { Command } from "commander";
import { bundles } from "../../tools/bundles.ts";
import { ToolError } from "../../tools/errors.ts";
import { resolveTools } from "../../tools/resolve-tools.ts";
import { tools } from "../../tools/table.ts";
import { exitCodes } from "../exit-codes.ts";
import { explainFailure } from "../report/failure.ts";
import { type Outcome, runCommand, type Session } from "../session.ts";
import { listToolRows, renderToolRows, type ToolRow } from "../setup/tool-rows.ts";

/** `dmm-env doctor`: checks prerequisites and suggests fixes. */
export function registerDoctor(program: Command): void {
  const command = program.command("doctor");
  command.action(() => runCommand(command, examine));
}

async function examine(session: Session): Promise<Outcome> {
  // Every program is started again: a cached version would not show a library that was removed since.
  const resolved = await resolveTools({ fresh: true });
  const rows = listToolRows(resolved);
  const lines = [...renderToolRows(rows), ...renderReasons(rows), ...renderOtherWays(rows)];
  if (resolved.missing.length === 0) return { exitCode: exitCodes.done, report: { tools: rows }, lines };
  const failure = explainFailure(
    new ToolError("DMM_TOOLS_MISSING", { missing: resolved.missing }),
    session.home,
  );
  return { exitCode: failure.exitCode, report: { tools: rows }, lines, failure };
}

function renderReasons(rows: readonly ToolRow[]): readonly string[] {
  const reasons = [...new Set(rows.flatMap(({ refused }) => refused))];
  return reasons.length === 0
    ? []
    : ["", "Found, but not usable:", ...reasons.map((reason) => `  ${reason}`)];
}

function renderOtherWays(rows: readonly ToolRow[]): readonly string[] {
  const missing = new Set(rows.filter(({ found }) => found === null).map(({ tool }) => tools[tool].bundle));
  if (missing.size === 0) return [];
  const ways = [...missing].map((name) => `  ${bundles[name].title}: ${bundles[name].byHand}`);
  return ["", "Alternatives to dmm-env setup:", ...ways];
}
