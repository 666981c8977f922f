import { existsSync } from "node:fs";
import { join } from "node:path";
import { pulumiRoot, resolveTools } from "../../tools/resolve-tools.ts";
import { writeConfiguration } from "../engine/configuration.ts";
import { destroy } from "../engine/stack.ts";
import { readStackState, type StackState } from "../engine/state.ts";
import { readRecord, writeRecord } from "../environment/record.ts";
import { isExpected, OperatorError } from "../errors.ts";
import { watchRegion } from "../region/responsive.ts";
import type { Progress } from "../report/steps.ts";
import type { ClosedDown, DeletedDown } from "./down-stages.ts";
import { stopServices } from "./stop-services.ts";

/** Time limit after a first signal: what the engine has not deleted by then is removed without it. */
const interruptedLimitMs = 30_000;

/**
 * Lets the engine delete what it has created, and the stack. On the local target an unreadable state does not stop
 * the teardown: everything has a process, a listener or a file, and those are ended and removed next. On AWS the
 * state is the way to resources that cost money, so the operator must fix the failure.
 */
export async function deleteResources(run: ClosedDown, progress: Progress): Promise<DeletedDown> {
  const { session, name, project, target, region } = run;
  const state = readStackState(session.home, project.name, name);
  if (state.kind === "present" && state.resources === 0 && state.pending === 0) {
    const deletion = recordDeletion(run, "the stack had no resource");
    progress(deletion);
    return { ...run, deletion, resourcesDeleted: 0 };
  }
  // A backend other than files gives no information without the engine; the record knows what never began and what
  // is done.
  if (state.kind === "absent" || (state.kind === "elsewhere" && run.deletion !== undefined)) {
    progress(run.deletion ?? "there is no stack");
    return { ...run, resourcesDeleted: 0 };
  }
  if (state.kind === "damaged" && target === "aws") {
    throw new OperatorError("DMM_STATE_LOST", {
      name,
      problem: state.problem,
      backend: session.home.backend,
    });
  }
  if (target === "local" && (state.kind === "damaged" || region === undefined)) {
    const why =
      state.kind === "damaged" ? `Pulumi's state is damaged (${state.problem})` : "no region is running";
    run.detours.push(
      `Resources were not deleted one by one: ${why}. Their processes were ended and their files removed.`,
    );
    progress(why);
    return { ...run, resourcesDeleted: 0 };
  }
  return { ...run, ...(await runEngine(run, state, progress)) };
}

async function runEngine(
  run: ClosedDown,
  state: StackState,
  progress: Progress,
): Promise<Pick<DeletedDown, "resourcesDeleted" | "deletion">> {
  const { session, target, region } = run;
  const stopping = stopServices(run);
  const watch = watchRegion(region);
  const interrupted = limitAfter(session.interruption.first, interruptedLimitMs);
  const limits = [
    session.interruption.second,
    watch.lost,
    ...(target === "local" ? [interrupted.passed] : []),
  ];
  try {
    const { done } = await destroy(await makeSetting(run), {
      progress,
      expected: state.kind === "present" ? Math.max(0, state.resources - 1) : 0,
      kill: AbortSignal.any(limits),
    });
    progress(`${done} resources deleted`);
    const deletion = recordDeletion(run, `the engine deleted ${done} resources and the stack`);
    return { resourcesDeleted: done, deletion };
  } catch (error) {
    if (target === "aws" || !isExpected(error)) throw error;
    if (/no stack named '.+' found/.test(error.message)) {
      progress("there is no stack");
      const deletion = recordDeletion(run, `${session.home.backend} has no stack of this name`);
      return { resourcesDeleted: 0, deletion };
    }
    const why = watch.lost.aborted ? "The local region became unresponsive." : error.message;
    run.detours.push(
      `The engine did not delete everything: ${why} Processes were ended and files removed instead.`,
    );
    progress("the engine failed; ending processes and removing files without it");
    return { resourcesDeleted: 0, deletion: run.deletion };
  } finally {
    watch.stop();
    interrupted.cancel();
    await stopping;
  }
}

/** A signal that aborts this long after another one. */
function limitAfter(first: AbortSignal, ms: number): { readonly passed: AbortSignal; cancel(): void } {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const start = () => {
    timer = setTimeout(() => controller.abort(), ms);
  };
  if (first.aborted) start();
  first.addEventListener("abort", start, { once: true });
  const cancel = () => {
    clearTimeout(timer);
    first.removeEventListener("abort", start);
  };
  return { passed: controller.signal, cancel };
}

/** Records that the resources are gone, as the state is deleted too. */
function recordDeletion(run: ClosedDown, deletion: string): string {
  try {
    const record = readRecord(run.session.home, run.name);
    if (record !== undefined) writeRecord(run.session.home, { ...record, deletion });
  } catch {
    // Damaged, or a full disk: a later run then reports that it did not observe the deletion.
  }
  return deletion;
}

async function makeSetting({ session, folder, name, region }: ClosedDown) {
  // The engine needs a project folder, even if the folder was removed by hand.
  if (!existsSync(join(folder.engine, "Pulumi.yaml"))) writeConfiguration(folder.engine, name, {});
  return {
    home: session.home,
    folder,
    name,
    command: join(pulumiRoot(await resolveTools()), "bin", "pulumi"),
    ...(region && { providers: region.providers }),
    // After a kill, deleting again is harmless, so writing the state at the end is sufficient.
    ...(region && { environment: { PULUMI_SKIP_CHECKPOINTS: "true" } }),
  };
}
