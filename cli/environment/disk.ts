import { existsSync, statfsSync } from "node:fs";
import { dirname } from "node:path";
import { OperatorError } from "../errors.ts";
import type { Home } from "../home.ts";

const mebibyte = 1_048_576;

/** Disk usage of a local environment: four database servers, six caches, logs. */
const neededMebibytes = 600;

/** Below this nothing can be written, and the engine would retry for half a minute each time. */
const floorMebibytes = 8;

/** Throws DMM_DISK_FULL when there is no room for another local environment. */
export function requireSpace(home: Home): void {
  if (readFreeMebibytes(home.directory) >= neededMebibytes) return;
  throw new OperatorError("DMM_DISK_FULL", {
    folder: home.directory,
    freeMebibytes: Math.floor(readFreeMebibytes(home.directory)),
    neededMebibytes: neededMebibytes,
  });
}

/** Aborts as soon as the disk of a folder is full. Stop it when the work is done. */
export function watchDisk(directory: string): { readonly full: AbortSignal; stop(): void } {
  const controller = new AbortController();
  const timer = setInterval(() => {
    if (readFreeMebibytes(directory) < floorMebibytes) controller.abort();
  }, 500);
  timer.unref();
  return { full: controller.signal, stop: () => clearInterval(timer) };
}

/** Free space for this user, on the disk of the folder or of its nearest existing parent. */
function readFreeMebibytes(directory: string): number {
  const existing = existsSync(directory) ? directory : dirname(directory);
  if (existing !== directory && !existsSync(existing)) return readFreeMebibytes(existing);
  const { bavail, bsize } = statfsSync(existing);
  return (bavail * bsize) / mebibyte;
}
