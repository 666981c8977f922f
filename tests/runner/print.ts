import { inspect, styleText } from "node:util";
import { countTests, type Failure, type Outcome, renderCounts } from "./outcome.ts";

/** One line for a file, and its failures below. */
export function printFile(file: string, outcome: Outcome, seconds: number): void {
  const failed = outcome.failures.length > 0;
  const mark = failed ? styleText("red", "✖") : styleText("green", "✔");
  const count = failed || outcome.skips.length > 0 ? renderCounts(outcome) : String(countTests(outcome));
  process.stdout.write(`${mark} ${file} ${styleText("dim", `${count} (${seconds.toFixed(1)} s)`)}\n`);
  for (const failure of outcome.failures) process.stdout.write(renderFailure(failure));
}

/** All failures again at the end, then every skipped test, then the counts. */
export function printOutcome(outcome: Outcome): void {
  for (const { path, message } of outcome.failures)
    process.stdout.write(`${styleText("red", "failed")} ${path.join(" › ")}: ${firstLine(message)}\n`);
  for (const { path, reason } of outcome.skips)
    process.stdout.write(`${styleText("yellow", "skipped")} ${path.join(" › ")}: ${reason}\n`);
  process.stdout.write(`${renderCounts(outcome)}\n`);
}

/** Assertions quote whole outputs of commands. */
const longest = 4000;

function renderFailure({ path, message, details }: Failure): string {
  const text = message.length <= longest ? message : `${message.slice(0, longest)} …`;
  const lines = [`${styleText("red", path.slice(1).join(" › ") || "the file")}: ${text}`];
  const { stack, at, diff, actual, expected, ...rest } = details as Record<string, unknown>;
  const place = at as { fileName?: string; lineNumber?: number } | undefined;
  if (typeof stack === "string") lines.push(stack.trimEnd());
  else if (place?.fileName) lines.push(`${place.fileName}:${place.lineNumber}`);
  if (typeof diff === "string" && diff !== "simple") lines.push(diff.trimEnd());
  else if ("actual" in details || "expected" in details)
    lines.push(`actual: ${inspect(actual, { depth: 6 })}`, `expected: ${inspect(expected, { depth: 6 })}`);
  for (const name of ["cause", "requests", "handles", "expired"])
    if (rest[name] !== undefined) lines.push(`${name}: ${inspect(rest[name], { depth: 3 })}`);
  return `${lines.join("\n").replaceAll(/^/gm, "    ")}\n`;
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0]!.slice(0, 200);
}
