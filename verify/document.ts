import { checkNameOf, type Suite } from "./check.ts";
import { suites } from "./suites.ts";
import { release } from "./teardown/index.ts";

/** One suite in the document: its checks and their proofs. */
type DocumentedSuite = Pick<Suite, "name"> & {
  readonly checks: readonly { readonly claim: string; readonly proof: string }[];
};

const documented: readonly DocumentedSuite[] = [...suites, release];

/** docs/suites.md with the table of every suite as its checks have it; the text between the tables stays. */
export function renderDocument(document: string): string {
  return documented.reduce((text, suite) => {
    const heading = `\n## ${suite.name}\n`;
    const start = text.indexOf(heading);
    if (start === -1) throw new Error(`docs/suites.md has no section ${suite.name}`);
    const following = text.indexOf("\n## ", start + heading.length);
    const next = following === -1 ? text.length : following;
    const section = text.slice(start, next);
    return text.slice(0, start) + section.replace(/(^\|.*\n)+/m, () => renderTable(suite)) + text.slice(next);
  }, document);
}

/** Columns are padded, as the formatter wants them. */
function renderTable({ name, checks }: DocumentedSuite): string {
  const rows = [
    ["Check", "Proof"],
    ...checks.map(({ claim, proof }) => [`\`${checkNameOf(name, claim)}\``, proof.replaceAll("|", "\\|")]),
  ];
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  const [head = "", ...lines] = rows.map(
    (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |\n`,
  );
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |\n`;
  return [head, rule, ...lines].join("");
}
