import { describeDifference } from "../difference.ts";
import { describeImage } from "../images.ts";
import type { BareResult, CheckResult } from "../result.ts";
import { longestText, shortenTexts } from "../shorten.ts";

/** Renders a run as TAP 14: a subtest per suite, a test point per claim. Inconclusive is not ok. */
export function renderTap(result: BareResult): string {
  const suites = [...Map.groupBy(result.checks, (check) => check.suite)];
  const lines = ["TAP version 14", `1..${suites.length}`];
  for (const [index, [suite, checks]] of suites.entries()) {
    lines.push(`# Subtest: ${escapeText(suite)}`, `    1..${checks.length}`);
    for (const [number, check] of checks.entries()) {
      lines.push(...renderCheck(check, number + 1).map((line) => `    ${line}`));
    }
    const passed = checks.every((check) => check.verdict === "passed");
    lines.push(`${passed ? "ok" : "not ok"} ${index + 1} - ${escapeText(suite)}`);
  }
  lines.push(
    `# run ${escapeText(result.id)} of ${escapeText(result.environment)} (${result.target}), profile ${result.profile}: ${result.verdict}`,
  );
  for (const image of result.images) lines.push(`# image ${escapeText(describeImage(image))}`);
  for (const difference of result.differences)
    lines.push(`# differs from production: ${escapeText(describeDifference(difference))}`);
  for (const check of result.notRun) lines.push(`# not run: ${escapeText(check)}`);
  return `${lines.join("\n")}\n`;
}

function renderCheck(check: CheckResult, number: number): readonly string[] {
  return [
    `${check.verdict === "passed" ? "ok" : "not ok"} ${number} - ${escapeText(check.claim)}`,
    "  ---",
    // JSON is YAML, so one line of it is a diagnostic that every TAP reader understands.
    `  verdict: ${check.verdict}`,
    `  message: ${JSON.stringify(check.message)}`,
    `  duration_ms: ${check.durationMs}`,
    `  evidence: ${JSON.stringify(shortenTexts(check.evidence, longestText))}`,
    "  ...",
  ];
}

/** In a description `#` begins a directive and `\` escapes. */
function escapeText(text: string): string {
  return text.replaceAll(/[\r\n]+/g, " ").replaceAll(/[\\#]/g, (character) => `\\${character}`);
}
