import { readdirSync, readFileSync } from "node:fs";

/** Length of the kernel's clock tick in milliseconds; USER_HZ is 100 on every Linux that Node runs on. */
const tickMs = 10;
const pageBytes = 4096;

interface Stat {
  readonly parent: number;
  readonly cpuMs: number;
  readonly residentBytes: number;
}

/** Resource usage of a process tree so far: all threads, all running descendants, and reaped children. */
export interface Usage {
  readonly cpuMs: number;
  readonly residentBytes: number;
}

/** @throws Error when the process is gone */
export function readUsage(pid: number): Usage {
  const stats = readAll();
  if (!stats.has(pid)) throw new Error(`Process ${pid} is gone; what it used cannot be read.`);
  const tree = new Set([pid]);
  for (let before = 0; before !== tree.size; ) {
    before = tree.size;
    for (const [child, { parent }] of stats) if (tree.has(parent)) tree.add(child);
  }
  let cpuMs = 0;
  let residentBytes = 0;
  for (const member of tree) {
    cpuMs += stats.get(member)!.cpuMs;
    residentBytes += stats.get(member)!.residentBytes;
  }
  return { cpuMs, residentBytes };
}

function readAll(): Map<number, Stat> {
  const stats = new Map<number, Stat>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const stat = readStat(name);
    if (stat !== undefined) stats.set(Number(name), stat);
  }
  return stats;
}

function readStat(pid: string): Stat | undefined {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return undefined;
  }
}

/**
 * Parses a line of `/proc/<pid>/stat` (proc(5)); the command in parentheses may contain spaces and parentheses.
 */
export function parseStat(line: string): Stat {
  const fields = line
    .slice(line.lastIndexOf(")") + 2)
    .split(" ")
    .map(Number);
  // Counted from the state, which is field 3: parent 4, utime 14, stime 15, cutime 16, cstime 17, rss 24.
  const ticks = fields[11]! + fields[12]! + fields[13]! + fields[14]!;
  return { parent: fields[1]!, cpuMs: ticks * tickMs, residentBytes: fields[21]! * pageBytes };
}
