import { readFreeBytes } from "../../machine/disk.ts";
import { MachineError } from "../../machine/errors.ts";
import type { Home } from "../home.ts";

const mebibyte = 1_048_576;

/** Disk usage of a local environment: four database servers, six caches, logs. */
const neededMebibytes = 600;

/** Below this nothing can be written, and the engine would retry for half a minute each time. */
const floorMebibytes = 8;

/** Throws DMM_MACHINE_DISK_FULL when there is no room for another local environment. */
export function requireSpace(home: Home): void {
  const freeMebibytes = Math.floor(readFreeBytes(home.directory) / mebibyte);
  if (freeMebibytes >= neededMebibytes) return;
  throw new MachineError("DMM_MACHINE_DISK_FULL", {
    folder: home.directory,
    freeMebibytes,
    neededMebibytes,
  });
}

/** Aborts as soon as the disk of a folder is full. Stop it when the work is done. */
export function watchDisk(directory: string): { readonly full: AbortSignal; stop(): void } {
  const controller = new AbortController();
  const timer = setInterval(() => {
    if (readFreeBytes(directory) / mebibyte < floorMebibytes) controller.abort();
  }, 500);
  timer.unref();
  return { full: controller.signal, stop: () => clearInterval(timer) };
}
