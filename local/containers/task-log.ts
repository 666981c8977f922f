import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Region } from "../region.ts";
import { processNameOf, type Task } from "./task.ts";

const lines = 8;

/** The last lines that a task wrote, for an error message; empty when it wrote nothing. */
export function tailLog(region: Region, task: Task): string {
  try {
    const text = readFileSync(join(region.directory, "logs", `${processNameOf(task)}.log`), "utf8").trimEnd();
    return text === "" ? "" : `\n${text.split("\n").slice(-lines).join("\n")}`;
  } catch {
    return "";
  }
}
