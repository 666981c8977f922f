import { isStopped } from "../../machine/process.ts";
import { type EndStep, endProcesses } from "../../machine/signals.ts";
import { readRegionAddress } from "./address.ts";

/** Asks the region to end its processes and itself; false when it had to be killed. */
export async function stopRegion(directory: string, withinMs = 20_000): Promise<boolean> {
  const region = readRegionAddress(directory);
  if (region === undefined) return true;
  // A stopped process handles no other signal.
  const steps: readonly EndStep[] = isStopped(region.pid) ? [] : [["SIGTERM", withinMs]];
  const living = await endProcesses([region], steps);
  await endProcesses(living, [["SIGKILL", 2_000]]);
  return living.length === 0;
}
