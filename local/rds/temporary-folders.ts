import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { isAlive, readProcess, readProcesses } from "../daemon/process-identity.ts";

/** `<template>.<pid>-<start time>.draft`, or without a start time, as before. */
const named = /\.(\d+)(?:-(\d+))?\.draft$/;

/**
 * A maker in another container that shares the cache is not among our processes. Making takes a second, so an hour
 * old is old.
 */
const oldMs = 3_600_000;

/** An empty folder, beside the template that it may become, which tells who makes it. */
export function createTemporaryFolder(folder: string): string {
  const startTime = readProcess(process.pid)?.startTime ?? 0;
  const temporaryFolder = `${folder}.${process.pid}-${startTime}.draft`;
  rmSync(temporaryFolder, { recursive: true, force: true });
  mkdirSync(temporaryFolder, { recursive: true, mode: 0o700 });
  return temporaryFolder;
}

/** Removes drafts that makers left behind when they were killed: old ones that no living process makes or fills. */
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

/** When anything in the folder changed last. A maker that has just finished takes its draft away by renaming it. */
function changedAt(path: string): number {
  try {
    const within = readdirSync(path).map((name) => statSync(join(path, name)).mtimeMs);
    return Math.max(statSync(path).mtimeMs, ...within);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** What a killed region started may still write: it has the draft's path among its arguments. */
function readCommandLines(): readonly string[] {
  return readProcesses().map(({ pid }) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "latin1");
    } catch {
      return "";
    }
  });
}
