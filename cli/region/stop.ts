import { isStopped, sendSignal, waitUntilGone } from "../environment/process-identity.ts";
import { readRegionAddress } from "./address.ts";

/** Asks the region to end its processes and itself; false when it had to be killed. */
export async function stopRegion(directory: string, withinMs = 20_000): Promise<boolean> {
  const region = readRegionAddress(directory);
  if (region === undefined) return true;
  // A stopped process handles no other signal.
  if (!isStopped(region.pid)) sendSignal(region, "SIGTERM");
  if (!isStopped(region.pid) && (await waitUntilGone(region, withinMs))) return true;
  sendSignal(region, "SIGKILL");
  await waitUntilGone(region, 2_000);
  return false;
}
