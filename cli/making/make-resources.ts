import { join } from "node:path";
import type { PlatformOutputs } from "../../stacks/outputs.ts";
import { findEntrance } from "../access/entrance.ts";
import { bringUp, forgetPending } from "../engine/stack.ts";
import { readStackState } from "../engine/state.ts";
import { replaceFile } from "../environment/file.ts";
import { OperatorError } from "../errors.ts";
import { readRegionAddress } from "../region/address.ts";
import type { Progress } from "../report/reporter.ts";
import type { UpRun } from "./up-run.ts";

/** Lets the engine make what the program declares, and keeps what it says about it. */
export async function makeResources(run: UpRun, progress: Progress): Promise<void> {
  const { session, record, project, region } = run;
  const state = readStackState(session.home, project.name, record.name);
  if (state.kind === "damaged")
    throw new OperatorError("DMM_STATE_UNREADABLE", { name: record.name, problem: state.problem });
  const setting = { ...run.setting, ...(region && { providers: region.providers }) };
  const engine = { progress, stop: session.interruption.first, kill: session.interruption.second };
  await run.stack;
  if (state.kind === "present" && state.pending > 0) await forgetPending(setting, engine);
  const expected = state.kind === "present" ? Math.max(0, state.resources - 1) : 0;
  run.observation = await bringUp(setting, await run.program, { ...engine, expected }).catch(
    (error: unknown) => {
      throw regionDied(run) ?? error;
    },
  );
  run.outputs = run.observation.outputs as unknown as PlatformOutputs;
  run.entrance = findEntrance(run.outputs, region);
  replaceFile(run.folder.outputs, `${JSON.stringify(run.outputs, null, 2)}\n`);
}

/** What the engine says when nobody answers any more does not help anybody. */
function regionDied({ record, folder, session }: UpRun): OperatorError | undefined {
  if (record.target === "aws" || session.interruption.first.aborted) return undefined;
  if (readRegionAddress(folder.region) !== undefined) return undefined;
  return new OperatorError("DMM_REGION_DIED", {
    name: record.name,
    log: join(folder.region, "logs", "region.log"),
  });
}
