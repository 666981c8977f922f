import { join } from "node:path";
import { waitForEnvironmentLock } from "../environment/lock.ts";
import type { EnvironmentFolder } from "../home.ts";

const withinMs = 15_000;

/**
 * Runs a function that changes grants exclusively. It uses a separate lock and waits for it: revoking access must
 * not be refused because a verification runs.
 */
export async function withAccessLock<Result>(
  folder: EnvironmentFolder,
  name: string,
  act: () => Promise<Result>,
): Promise<Result> {
  const command = "a change of its grants";
  using _ = await waitForEnvironmentLock(join(folder.access, "access.lock"), name, { command, withinMs });
  return await act();
}
