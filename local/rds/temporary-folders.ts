import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { isAlive, readProcess, readProcesses } from "../daemon/process-identity.ts";

/** `<template>.<pid>-<start time>.draft`; the start time is absent in folders of earlier versions. */
const named = /\.(\d+)(?:-(\d+))?\.draft$/;

/**
 * A process in another container that shares the cache is not visible here. Creating a template takes a second, so
 * an hour is old.
 */
const oldMs = 3_600_000;

/** An empty folder beside the template that it may become; its name identifies the process that creates it. */
export function createTemporaryFolder(folder: string): string {
  const startTime = readProcess(process.pid)?.startTime ?? 0;
  const temporaryFolder = `${folder}.${process.pid}-${startTime}.draft`;
  rmSync(temporaryFolder, { recursive: true, force: true });
  mkdirSync(temporaryFolder, { recursive: true, mode: 0o700 });
  return temporaryFolder;
}

/** Removes temporary folders of killed processes: old ones that no running process creates or fills. */
export function removeLeftoverTemporaryFolders(folder: string, now = Date.now()): readonly string[] {
  if (!existsSync(folder)) return [];
  const left = readdirSync(folder).filter(
    (name) => named.test(name) && !isBeingMade(name) && now - changedAt(join(folder, name)) > oldMs,
  );
  if (left.length === 0) return [];
  const writers = readCommandLines();
  const removed = left.filter((name) => !writers.some((line) => line.includes(name)));
  for (const name of removed) rmSync(join(folder, name), { recursive: true, force: true });
  return removed;
}

function isBeingMade(name: string): boolean {
  const [, pid, startTime] = named.exec(name) ?? [];
  if (startTime === undefined) return readProcess(Number(pid)) !== undefined;
  return isAlive({ pid: Number(pid), startTime: Number(startTime) });
}

/** Time of the last change in the folder. A process that has just finished renames its temporary folder away. */
function changedAt(path: string): number {
  try {
    const within = readdirSync(path).map((name) => statSync(join(path, name)).mtimeMs);
    return Math.max(statSync(path).mtimeMs, ...within);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** Children of a killed region may still write: they have the folder's path among their arguments. */
function readCommandLines(): readonly string[] {
  return readProcesses().map(({ pid }) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "latin1");
    } catch {
      return "";
    }
  });
}
