import { join } from "node:path";
import { replaceFile } from "../../machine/files.ts";
import { isStopped } from "../../machine/process.ts";
import type { PlatformOutputs } from "../../stacks/outputs.ts";
import { findIngress } from "../access/ingress.ts";
import { bringUp, type EngineRun, forgetPending } from "../engine/stack.ts";
import { readStackState, type StackState } from "../engine/state.ts";

import { OperatorError } from "../errors.ts";
import { readRegionAddress } from "../region/address.ts";
import { watchRegion } from "../region/responsive.ts";
import type { Progress } from "../report/reporter.ts";
import type { UpRun } from "./up-run.ts";

/** Lets the engine create the program's resources, and records the result. */
export async function makeResources(run: UpRun, progress: Progress): Promise<void> {
  const { session, record, project, region } = run;
  const state = readStackState(session.home, project.name, record.name);
  if (state.kind === "damaged")
    throw new OperatorError("DMM_STATE_UNREADABLE", { name: record.name, problem: state.problem });
  const watch = watchRegion(region);
  const kill = AbortSignal.any([session.interruption.second, watch.lost]);
  try {
    await runEngine(run, state, { progress, stop: session.interruption.first, kill });
  } catch (error) {
    throw regionLost(run) ?? error;
  } finally {
    watch.stop();
  }
  run.outputs = run.observation.outputs as unknown as PlatformOutputs;
  run.ingress = findIngress(run.outputs, region);
  replaceFile(run.folder.outputs, `${JSON.stringify(run.outputs, null, 2)}\n`);
}

async function runEngine(run: UpRun, state: StackState, engine: EngineRun): Promise<void> {
  const { region } = run;
  const setting = { ...run.setting, ...(region && { providers: region.providers }) };
  await run.stack;
  if (state.kind === "present" && state.pending > 0) await forgetPending(setting, engine);
  const expected = state.kind === "present" ? Math.max(0, state.resources - 1) : 0;
  run.observation = await bringUp(setting, await run.program, { ...engine, expected });
}

/** The engine's error for an unresponsive region does not help the operator. */
function regionLost({ record, folder, session }: UpRun): OperatorError | undefined {
  const { name, target } = record;
  if (target === "aws" || session.interruption.first.aborted) return undefined;
  const region = readRegionAddress(folder.region);
  if (region === undefined)
    return new OperatorError("DMM_REGION_DIED", { name, log: join(folder.region, "logs", "region.log") });
  if (isStopped(region.pid)) return new OperatorError("DMM_REGION_UNRESPONSIVE", { name, pid: region.pid });
  return undefined;
}
