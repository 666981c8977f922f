import { readFile, stat } from "node:fs/promises";
import { replaceFile } from "../machine/files.ts";
import type { Probe } from "./probe.ts";

interface Remembered {
  readonly stamp: string;
  readonly version: string;
}

/** Cached versions of unchanged programs: probing all of them again costs half a second. */
export interface ProbeMemory {
  ask(
    probe: Probe,
    command: string,
    environment: Readonly<Record<string, string>>,
  ): Promise<string | undefined>;
  save(): Promise<void>;
}

/** Reads the cache; with `fresh` every program is probed again. */
export async function openProbeMemory(file: string, fresh: boolean): Promise<ProbeMemory> {
  const remembered = new Map(fresh ? [] : await readRemembered(file));
  let changed = fresh;
  return {
    async ask(probe, command, environment) {
      const stamp = await readChangeStamp(command);
      const known = remembered.get(command);
      if (known !== undefined && known.stamp === stamp) return known.version;
      const version = await probe(command, environment);
      // A failed probe is not cached: it may be fixed without a change of the program itself.
      if (version !== undefined) {
        remembered.set(command, { stamp, version });
        changed = true;
      }
      return version;
    },
    async save() {
      if (changed) await writeRemembered(file, remembered).catch(() => undefined);
    },
  };
}

async function readRemembered(file: string): Promise<readonly [string, Remembered][]> {
  try {
    const entries = Object.entries(
      JSON.parse(await readFile(file, "utf8")) as Record<string, Partial<Remembered>>,
    );
    return entries.filter((entry): entry is [string, Remembered] => typeof entry[1]?.version === "string");
  } catch {
    return [];
  }
}

async function writeRemembered(file: string, remembered: ReadonlyMap<string, Remembered>): Promise<void> {
  replaceFile(file, JSON.stringify(Object.fromEntries(remembered), undefined, 2));
}

/** Changes whenever the file at the path is replaced or written. */
async function readChangeStamp(file: string): Promise<string> {
  const { mtimeMs, size, ino } = await stat(file);
  return `${mtimeMs}-${size}-${ino}`;
}
