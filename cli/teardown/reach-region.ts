import { existsSync } from "node:fs";
import { endProcesses } from "../../machine/signals.ts";
import { regionTools, resolveTools } from "../../tools/resolve-tools.ts";
import { readStackState } from "../engine/state.ts";
import { readEdgeListeners } from "../environment/network.ts";
import { isExpected } from "../errors.ts";
import { type RegionAddress, readRegionAddress } from "../region/address.ts";
import { endEdge } from "../region/end-unrecorded-processes.ts";
import { endBalancers } from "../region/ledger.ts";
import { isResponsive } from "../region/responsive.ts";
import { startRegion } from "../region/start.ts";
import type { Progress } from "../report/steps.ts";
import type { ReachedDown, TakenDown } from "./down-stages.ts";

/**
 * Connects to the local region, which the engine needs to delete anything. One that died or does not respond is
 * replaced: its services are ended first, then it is started again for the teardown only.
 */
export async function reachRegion(run: TakenDown, progress: Progress): Promise<ReachedDown> {
  const { folder, target } = run;
  if (target === "aws") return { ...run, region: undefined };
  const running = readRegionAddress(folder.region);
  if (running !== undefined && (await isResponsive(running))) {
    progress(`process ${running.pid}`);
    return { ...run, region: running };
  }
  if (running !== undefined)
    run.detours.push(`The local region (process ${running.pid}) did not respond; it was killed.`);
  return { ...run, region: await cutOff(run, progress) };
}

/**
 * Ends the load balancers and the region that would restart them, each by pid and start time, and starts the
 * region for the teardown only. If that fails the teardown continues without it: its processes are ended by their
 * ledger.
 * Returns the region that was started.
 */
export async function cutOff(run: TakenDown, progress: Progress): Promise<RegionAddress | undefined> {
  const { folder } = run;
  const region = readRegionAddress(folder.region);
  // The balancers first, so that no client gets in from here on; once more after the region, which may have
  // restarted one.
  await endBalancers(folder.region);
  if (region !== undefined) await endProcesses([region], [["SIGKILL", 2_000]]);
  await endBalancers(folder.region);
  // Those that no ledger names, by the kernel's lists.
  const open = run.network === undefined ? [] : readEdgeListeners(run.network);
  if (open.length > 0) await endEdge(folder.region, open);
  return await restart(run, progress);
}

async function restart(run: TakenDown, progress: Progress): Promise<RegionAddress | undefined> {
  const { session, folder, network, name } = run;
  const state = readStackState(session.home, run.project.name, name);
  const nothing =
    state.kind === "absent" ||
    (state.kind === "elsewhere" && run.deletion !== undefined) ||
    (state.kind === "present" && state.resources === 0 && state.pending === 0);
  if (nothing || !existsSync(folder.region) || network === undefined) {
    progress("not needed");
    return undefined;
  }
  try {
    const region = await startRegion({
      home: session.home,
      folder,
      record: { name, network },
      region: run.project.region,
      tools: regionTools(await resolveTools()),
      forTeardown: true,
    });
    run.detours.push("The local region was not running; it was restarted for the teardown.");
    progress(`restarted, process ${region.pid}`);
    return region;
  } catch (error) {
    if (!isExpected(error)) throw error;
    run.detours.push(
      `The local region could not be restarted (${error.message}); its processes were ended using its ledger.`,
    );
    progress("cannot be restarted; using its ledger");
    return undefined;
  }
}
