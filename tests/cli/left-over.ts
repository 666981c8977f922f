import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Home } from "../../cli/home.ts";
import { readProcessesIn } from "../../machine/process-files.ts";

/** Leftovers of environments in a home, found by the test itself: processes, folders, reservations, stacks. */
export function findLeftovers(home: Home): readonly string[] {
  const stacks = join(home.state, ".pulumi", "stacks", "dmm-env");
  return [
    ...readProcessesIn(home.directory).map(({ pid, command }) => `process ${pid} ${command}`),
    ...list(home.environments).map((name) => `folder ${name}`),
    ...list(home.networks).map((name) => `network ${name}`),
    ...list(stacks)
      .filter((name) => name.endsWith(".json"))
      .map((name) => `stack ${name}`),
  ];
}

function list(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
