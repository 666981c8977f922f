import { join } from "node:path";
import { replaceFile } from "../../machine/files.ts";
import { isStopped } from "../../machine/process.ts";
import type { PlatformOutputs } from "../../stacks/outputs.ts";
import { findIngress } from "../access/ingress.ts";
import type { Observation } from "../engine/observer.ts";
import { bringUp, type EngineRun, forgetPending } from "../engine/stack.ts";
import { readStackState, type StackState } from "../engine/state.ts";
import { OperatorError } from "../errors.ts";
import type { EnvironmentFolder } from "../home.ts";
import { readRegionAddress } from "../region/address.ts";
import { watchRegion } from "../region/responsive.ts";
import type { Progress } from "../report/steps.ts";
import type { CreatedUp, LocatedUp } from "./up-stages.ts";

/** Lets the engine create the program's resources, and returns the outputs. */
export async function createResources(run: LocatedUp, progress: Progress): Promise<CreatedUp> {
  const { session, record, project, region, folder } = run;
  const state = readStackState(session.home, project.name, record.name);
  if (state.kind === "damaged")
    throw new OperatorError("DMM_STATE_UNREADABLE", { name: record.name, problem: state.problem });
  const watch = watchRegion(region);
  const kill = AbortSignal.any([session.interruption.second, watch.lost]);
  try {
    const observation = await runEngine(run, state, { progress, stop: session.interruption.first, kill });
    const outputs = requireOutputs(observation, folder);
    replaceFile(folder.outputs, `${JSON.stringify(outputs, null, 2)}\n`);
    return { ...run, observation, outputs, ingress: findIngress(outputs, region) };
  } catch (error) {
    throw regionLost(run) ?? error;
  } finally {
    watch.stop();
  }
}

async function runEngine(run: LocatedUp, state: StackState, engine: EngineRun): Promise<Observation> {
  const { region } = run;
  const setting = { ...run.setting, ...(region && { providers: region.providers }) };
  await run.stack;
  if (state.kind === "present" && state.pending > 0) await forgetPending(setting, engine);
  const expected = state.kind === "present" ? Math.max(0, state.resources - 1) : 0;
  return await bringUp(setting, await run.program, { ...engine, expected });
}

/** The program's type promises them; that the engine passed them on is only known here. */
function requireOutputs(
  { outputs }: { readonly outputs?: unknown },
  { logs }: EnvironmentFolder,
): PlatformOutputs {
  if (outputs !== undefined) return outputs as PlatformOutputs;
  throw new OperatorError("DMM_ENGINE_FAILED", {
    problem: "it reported no outputs of the program",
    log: logs,
  });
}

/** The engine's error for an unresponsive region does not help the operator. */
function regionLost({ record, folder, session }: LocatedUp): OperatorError | undefined {
  const { name, target } = record;
  if (target === "aws" || session.interruption.first.aborted) return undefined;
  const region = readRegionAddress(folder.region);
  if (region === undefined)
    return new OperatorError("DMM_REGION_DIED", { name, log: join(folder.region, "logs", "region.log") });
  if (isStopped(region.pid)) return new OperatorError("DMM_REGION_UNRESPONSIVE", { name, pid: region.pid });
  return undefined;
}
