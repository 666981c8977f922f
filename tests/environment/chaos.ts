import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as elapse } from "node:timers/promises";
import { CommandHome, type RunningCommand } from "./command.ts";
import { readDescendants, readListeners, readProcessesOf } from "./processes.ts";

export const victims = ["command", "engine", "region"] as const;
export const moments = ["up", "down"] as const;

/** One planned kill: which process gets SIGKILL, during which command, and after which share of its duration. */
export interface Blow {
  readonly victim: (typeof victims)[number];
  readonly during: (typeof moments)[number];
  readonly after: number;
}

/** Undisturbed durations on this machine, in milliseconds. */
export type Durations = Readonly<Record<Blow["during"], number>>;

/** Observations after a kill and the subsequent `down`. */
export interface Aftermath {
  readonly blow: Blow;
  /** False when the victim had not started or had already ended at that moment. */
  readonly struck: boolean;
  readonly downCode: number | null;
  readonly downReport: string;
  readonly leftover: readonly string[];
}

/** Kills in an order that depends only on the seed; victims and moments rotate, so that each gets its share. */
export function planBlows(seed: number, count: number): readonly Blow[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, (_, index) => {
    // Most failures occur during creation; a third of the kills happen during `down`.
    const during = index % 3 === 2 ? "down" : "up";
    const victim = victims[Math.floor(index / 3 + (index % 3)) % victims.length] ?? "command";
    return { victim, during, after: random() };
  });
}

/** mulberry32: small, and the same on every machine. */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Runs `up` and `down` once without a kill. */
export async function measureDurations(): Promise<Durations> {
  using home = new CommandHome();
  const durations = { up: 0, down: 0 };
  for (const moment of moments) {
    const began = performance.now();
    const { code, stderr, stdout } = await home.run(moment, "chaos");
    if (code !== 0) throw new Error(`${moment} ended with ${code} without any blow:\n${stderr}\n${stdout}`);
    durations[moment] = performance.now() - began;
  }
  return durations;
}

/** Kills once in a separate home, runs `down`, and independently looks for leftovers. */
export async function strike(blow: Blow, durations: Durations): Promise<Aftermath> {
  using home = new CommandHome();
  const name = "chaos";
  if (blow.during === "down") {
    const up = await home.run("up", name);
    if (up.code !== 0)
      throw new Error(`up ended with ${up.code} before any blow:\n${up.stderr}\n${up.stdout}`);
  }
  const network = () => readNetwork(home.folder, name);
  const running = home.start(blow.during, name);
  await Promise.race([elapse(blow.after * durations[blow.during]), running.ended]);
  const seenNetwork = network();
  const struck = kill(blow.victim, running, home.folder, name);
  await running.ended;
  const releasedNetwork = network() ?? seenNetwork;
  const down = await home.run("down", name);
  return {
    blow,
    struck,
    downCode: down.code,
    downReport: `${down.stdout}\n${down.stderr}`,
    leftover: readLeftover(home.folder, name, releasedNetwork),
  };
}

function kill(victim: Blow["victim"], running: RunningCommand, folder: string, name: string): boolean {
  const pid = findVictim(victim, running, folder, name);
  if (pid === undefined) return false;
  try {
    process.kill(pid, "SIGKILL");
    return true;
  } catch {
    return false;
  }
}

function findVictim(
  victim: Blow["victim"],
  running: RunningCommand,
  folder: string,
  name: string,
): number | undefined {
  const pid = running.child.pid;
  if (pid === undefined || running.child.exitCode !== null) return undefined;
  if (victim === "command") return pid;
  if (victim === "engine") return readDescendants(pid).find((view) => view.name === "pulumi")?.pid;
  const region = join(folder, "environments", name, "region");
  return readProcessesOf(folder).find(
    (view) => view.commandLine.includes("local/main.ts serve") && view.commandLine.includes(region),
  )?.pid;
}

function readNetwork(folder: string, name: string): string | undefined {
  const file = join(folder, "environments", name, "record.json");
  if (!existsSync(file)) return undefined;
  try {
    const record = JSON.parse(readFileSync(file, "utf8")) as { network?: string | number };
    if (record.network === undefined) return undefined;
    return String(record.network).startsWith("127.") ? String(record.network) : `127.${record.network}`;
  } catch {
    return undefined;
  }
}

function readLeftover(folder: string, name: string, network: string | undefined): readonly string[] {
  const processes = readProcessesOf(folder).map((view) => `process ${view.pid} ${view.commandLine}`);
  const listeners = network === undefined ? [] : readListeners(network).map((socket) => `listener ${socket}`);
  const files = existsSync(join(folder, "environments", name)) ? [`folder environments/${name}`] : [];
  return [...processes, ...listeners, ...files];
}
