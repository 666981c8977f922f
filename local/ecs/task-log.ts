import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Region } from "../region.ts";
import { processNameOf, type Task } from "./task.ts";

const lines = 8;
const longest = 4_000;

/** Secret values of the tasks of this process. A task may print its environment; its log must not reveal them. */
const secrets = new WeakMap<Task, readonly string[]>();

/** Registers values to remove from a task's output. */
export function rememberSecrets(task: Task, values: readonly string[]): void {
  const forms = values.filter((value) => value !== "").flatMap(formsOf);
  // The longest first: one secret may contain another.
  secrets.set(
    task,
    [...new Set(forms)].sort((one, other) => other.length - one.length),
  );
}

/** The value as is, and in its JSON, URL and base64 forms. */
function formsOf(value: string): readonly string[] {
  return [
    value,
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(value),
    Buffer.from(value).toString("base64"),
  ];
}

/** The output file of a task. */
export function logFileOf(region: Region, task: Task): string {
  return join(region.directory, "logs", `${processNameOf(task)}.log`);
}

/** The last lines of a task's output, without its secrets, for an error message; empty when there are none. */
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
