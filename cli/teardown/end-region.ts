import { endStragglers } from "../region/end-unrecorded-processes.ts";
import { type Inventory, sweepRegion, takeInventory } from "../region/inventory.ts";
import { stopRegion } from "../region/stop.ts";
import type { Progress } from "../report/steps.ts";
import type { DeletedDown, StoppedDown } from "./down-stages.ts";

/**
 * Ends the local region and every process that outlived it: those of its ledger first, then, if the ledger itself
 * was lost, those in its folder.
 */
export async function endRegion(run: DeletedDown, progress: Progress): Promise<StoppedDown> {
  const { folder, target } = run;
  if (target === "aws") {
    progress("there is none");
    return { ...run, inventory: undefined };
  }
  if (!(await stopRegion(folder.region)))
    run.detours.push("The local region did not stop when asked and was killed.");
  let seen = await takeInventory(folder.region, run.network);
  if (lives(seen)) {
    const swept = await sweepRegion(folder.region);
    if (swept.length > 0)
      run.detours.push(
        `${swept.length} processes had outlived their region and were ended using its ledger.`,
      );
    seen = await takeInventory(folder.region, run.network);
  }
  if (lives(seen)) {
    const ended = (await endStragglers(folder.region)).map(({ pid, command }) => `${pid} ${command}`);
    if (ended.length > 0)
      run.detours.push(`Processes missing from the ledger were ended: ${ended.join(", ")}.`);
    seen = await takeInventory(folder.region, run.network);
  }
  progress(lives(seen) ? `${seen.processes.length} processes remain` : "all processes have ended");
  return { ...run, inventory: seen };
}

function lives(inventory: Inventory): boolean {
  return inventory.processes.length > 0 || inventory.listeners.length > 0;
}
