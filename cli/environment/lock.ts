import { type Lock, type LockHolder, takeLock, waitForLock } from "../../machine/lock.ts";
import { OperatorError } from "../errors.ts";

const waitEveryMs = 50;

/** Acquires a lock of an environment. Throws DMM_ENVIRONMENT_BUSY if a running process has it. */
export function acquireLock(file: string, name: string, command: string): Lock {
  const { lock, holder } = takeLock(file, command);
  if (lock === undefined) throw environmentBusy(name, holder);
  return lock;
}

/** Acquires a lock of an environment as soon as it is free. Throws DMM_ENVIRONMENT_BUSY after `withinMs`. */
export async function waitForEnvironmentLock(
  file: string,
  name: string,
  { command, withinMs }: { readonly command: string; readonly withinMs: number },
): Promise<Lock> {
  const { lock, holder } = await waitForLock(file, command, { withinMs, everyMs: waitEveryMs });
  if (lock === undefined) throw environmentBusy(name, holder);
  return lock;
}

function environmentBusy(name: string, { command, pid, since }: LockHolder): OperatorError {
  return new OperatorError("DMM_ENVIRONMENT_BUSY", { name, command, pid, since });
}
