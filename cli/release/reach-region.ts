import { existsSync } from "node:fs";
import { regionParts, resolveParts } from "../../tools/parts.ts";
import { readStackState } from "../engine/state.ts";
import { isExpected } from "../errors.ts";
import { readRegionAddress } from "../region/address.ts";
import { startRegion } from "../region/start.ts";
import type { Progress } from "../report/reporter.ts";
import type { DownRun } from "./down-run.ts";

/**
 * Finds the local region, which the engine needs to delete anything. One that died is started again for the release
 * alone. When that fails the release goes on without it: its processes are ended by their ledger.
 */
export async function reachRegion(run: DownRun, progress: Progress): Promise<void> {
  const { session, folder, target, network, name } = run;
  if (target === "aws") return;
  const running = readRegionAddress(folder.region);
  if (running !== undefined) {
    run.region = running;
    return progress(`process ${running.pid}`);
  }
  const state = readStackState(session.home, run.project.name, name);
  const nothing =
    state.kind === "absent" || (state.kind === "present" && state.resources === 0 && state.pending === 0);
  if (nothing || !existsSync(folder.region) || network === undefined) return progress("nothing needs it");
  try {
    run.region = await startRegion({
      home: session.home,
      folder,
      record: { name, network },
      region: run.project.region,
      parts: regionParts(await resolveParts()),
      forRelease: true,
    });
    run.detours.push("The local region had died; it was started again for the release.");
    progress(`it had died and was started again, process ${run.region.pid}`);
  } catch (error) {
    if (!isExpected(error)) throw error;
    run.detours.push(
      `The local region could not be started again (${error.message}); its processes were ended by its ledger.`,
    );
    progress("it cannot be started again; its ledger does");
  }
}
