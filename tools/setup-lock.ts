import { MachineError } from "../machine/errors.ts";
import { type Lock, type LockHolder, waitForLock } from "../machine/lock.ts";
import { ToolError } from "./errors.ts";

const checkEveryMs = 250;

/**
 * Acquires the set-up lock, waiting while a running process has it; `onWait` is called once for each holder.
 * Throws DMM_TOOLS_READONLY, and the reason of `signal` when that fires.
 */
export async function takeSetupLock(options: {
  readonly file: string;
  readonly onWait: (holder: LockHolder) => void;
  readonly signal?: AbortSignal;
}): Promise<Lock> {
  const { file, onWait, signal } = options;
  const wait = { withinMs: Number.POSITIVE_INFINITY, everyMs: checkEveryMs, onWait, signal };
  try {
    const { lock } = await waitForLock(file, "dmm-env setup", wait);
    return lock as Lock;
  } catch (error) {
    if (!(error instanceof MachineError)) throw error;
    throw new ToolError("DMM_TOOLS_READONLY", { folder: file, reason: error.cause }, error);
  }
}
