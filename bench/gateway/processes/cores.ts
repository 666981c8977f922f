import { availableParallelism } from "node:os";
import { execaSync } from "execa";

export const coreCount = availableParallelism();

/** Whether processes can be pinned to cores here. */
export const canPin = coreCount > 1 && hasTaskset();

/** The command, pinned to its cores: the contender's is the second one, without competition. */
export function pin(
  command: readonly string[],
  place: "contender" | "test-bed" | "anywhere",
  cores: number,
): readonly string[] {
  if (place === "anywhere" || !canPin) return command;
  const others = cores > 2 ? `0,2-${cores - 1}` : "0";
  return ["taskset", "--cpu-list", place === "contender" ? "1" : others, ...command];
}

function hasTaskset(): boolean {
  try {
    execaSync("taskset", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
