import { existsSync } from "node:fs";
import { join } from "node:path";
import { pulumiRoot, resolveParts } from "../../tools/parts.ts";
import { writeConfiguration } from "../engine/configuration.ts";
import { destroy } from "../engine/stack.ts";
import { readStackState, removeStackFiles } from "../engine/state.ts";
import { isExpected } from "../errors.ts";
import type { Progress } from "../report/reporter.ts";
import type { DownRun } from "./down-run.ts";
import { stopServices } from "./stop-services.ts";

/**
 * Lets the engine delete what it has made, and the stack. On the local target a state that cannot be read does not stop
 * the release: everything there is has a process, a listener or a file, and those are ended and removed next. On AWS a
 * state is the way to what costs money, so the failure is the operator's to mend.
 */
export async function deleteResources(run: DownRun, progress: Progress): Promise<void> {
  const { session, name, project, target, region } = run;
  const state = readStackState(session.home, project.name, name);
  const nothing = state.kind === "present" && state.resources === 0 && state.pending === 0;
  if (state.kind === "absent" || nothing) return progress("no resource was made");
  if (target === "local" && (state.kind === "damaged" || region === undefined)) {
    const why =
      state.kind === "damaged" ? `Pulumi's state is damaged (${state.problem})` : "there is no region to ask";
    run.detours.push(
      `Resources were not deleted one by one: ${why}. Their processes were ended and their files removed.`,
    );
    return progress(why);
  }
  const stopping = stopServices(run);
  try {
    const observation = await destroy(await makeSetting(run), {
      progress,
      expected: state.kind === "present" ? Math.max(0, state.resources - 1) : 0,
      kill: session.interruption.second,
    });
    run.resourcesDeleted = observation.done;
  } catch (error) {
    if (target === "aws" || !isExpected(error)) throw error;
    run.detours.push(
      `The engine did not delete everything: ${error.message} Processes were ended and files removed instead.`,
    );
    return progress("the engine failed; processes and files go without it");
  } finally {
    await stopping;
  }
  removeStackFiles(session.home, project.name, name);
  progress(`${run.resourcesDeleted} resources deleted`);
}

async function makeSetting({ session, folder, name, region }: DownRun) {
  // The engine wants a project to work in, also when the folder with it was removed by hand.
  if (!existsSync(join(folder.engine, "Pulumi.yaml"))) writeConfiguration(folder.engine, name, {});
  return {
    home: session.home,
    folder,
    name,
    command: join(pulumiRoot(await resolveParts()), "bin", "pulumi"),
    ...(region && { providers: region.providers }),
    // What is deleted twice after a kill is deleted once more without harm, so writing the state at the end is enough.
    ...(region && { environment: { PULUMI_SKIP_CHECKPOINTS: "true" } }),
  };
}
