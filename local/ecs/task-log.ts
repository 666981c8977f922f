import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Region } from "../region.ts";
import { processNameOf, type Task } from "./task.ts";

const lines = 8;
const longest = 4_000;

/** Values that the tasks of this process were given as secrets. A task may print its environment; nobody else may. */
const secrets = new WeakMap<Task, readonly string[]>();

/** Remembers what must not be shown of a task's own words. */
export function rememberSecrets(task: Task, values: readonly string[]): void {
  const forms = values.filter((value) => value !== "").flatMap(formsOf);
  // The longest first: one secret may be part of another.
  secrets.set(
    task,
    [...new Set(forms)].sort((one, other) => other.length - one.length),
  );
}

/** The value as it stands, and as JSON, a URL and base64 write it. */
function formsOf(value: string): readonly string[] {
  return [
    value,
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(value),
    Buffer.from(value).toString("base64"),
  ];
}

/** The file that a task's output goes to. */
export function logFileOf(region: Region, task: Task): string {
  return join(region.directory, "logs", `${processNameOf(task)}.log`);
}

/** The last lines that a task wrote, its secrets struck out, for an error message; empty when it wrote nothing. */
export function tailLog(region: Region, task: Task): string {
  let text: string;
  try {
    text = readFileSync(logFileOf(region, task), "utf8").trimEnd();
  } catch {
    return "";
  }
  for (const secret of secrets.get(task) ?? []) text = text.replaceAll(secret, "***");
  return text === "" ? "" : `\n${text.split("\n").slice(-lines).join("\n").slice(-longest)}`;
}
