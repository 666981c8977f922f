import { tools } from "../../tools/table.ts";
import type { ResolvedTools, ToolName } from "../../tools/tool.ts";
import { renderRange } from "../../tools/version-range.ts";

/** The required and the found version of one tool; also its form in `--json`. */
export interface ToolRow {
  readonly tool: ToolName;
  readonly wanted: string;
  /** Version, or null when it is missing. */
  readonly found: string | null;
  readonly where: string | null;
  /** `path`: installed on this machine; `toolchain`: obtained by `dmm-env setup`. */
  readonly source: "path" | "toolchain" | null;
  /** The next command, or null if none is needed. */
  readonly hint: string | null;
  /** Programs that were found but are unsuitable, and why. */
  readonly refused: readonly string[];
}

export function listToolRows(resolved: ResolvedTools): readonly ToolRow[] {
  return (Object.keys(tools) as ToolName[]).map((tool) => {
    const wanted = renderRange(tools[tool].wanted);
    const found = resolved.found[tool];
    if (found !== undefined) {
      return {
        tool,
        wanted,
        found: found.version,
        where: found.command,
        source: found.source,
        hint: null,
        refused: [],
      };
    }
    const refused = resolved.missing.find(({ name }) => name === tool)?.refused ?? [];
    const hint = tool === "node" ? "start dmm-env with ./dmm-env" : "dmm-env setup";
    return { tool, wanted, found: null, where: null, source: null, hint, refused };
  });
}

/** The rows as lines in columns. */
export function renderToolRows(rows: readonly ToolRow[]): readonly string[] {
  const header = ["tool", "required", "found", "path", "fix"];
  const cells = rows.map((row) => [
    row.tool,
    row.wanted,
    row.found ?? "missing",
    row.where ?? "-",
    row.hint ?? "-",
  ]);
  const widths = header.map((name, column) =>
    Math.max(...[header, ...cells].map((line) => (line[column] ?? name).length)),
  );
  return [header, ...cells].map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
