import { join } from "node:path";
import { acquireLock } from "../environment/lock.ts";
import { OperatorError } from "../errors.ts";
import type { EnvironmentFolder } from "../home.ts";

const patienceMs = 15_000;

/**
 * Runs a function that changes grants exclusively. It uses a separate lock and waits for it: revoking access must
 * not be refused because a verification runs.
 */
export async function withAccessLock<Result>(
  folder: EnvironmentFolder,
  name: string,
  act: () => Promise<Result>,
): Promise<Result> {
  const until = performance.now() + patienceMs;
  for (;;) {
    try {
      using _ = acquireLock(join(folder.access, "access.lock"), name, "a change of its grants");
      return await act();
    } catch (error) {
      const busy = error instanceof OperatorError && error.code === "DMM_ENVIRONMENT_BUSY";
      if (!busy || performance.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
