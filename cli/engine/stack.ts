import { MachineError } from "../../machine/errors.ts";
import { watchDisk } from "../environment/disk.ts";
import type { OperatorError } from "../errors.ts";
import type { Progress } from "../report/steps.ts";
import { explainEngine } from "./explain.ts";
import { EngineObserver, type Observation } from "./observer.ts";
import type { Program } from "./program-host.ts";
import { type EngineExit, type EngineSetting, type EngineSignals, runPulumi } from "./pulumi.ts";

export interface EngineRun {
  readonly progress: Progress;
  /** Expected number of resources, for progress only. */
  readonly expected?: number;
  /** Graceful stop: running operations are finished and recorded. */
  readonly stop?: AbortSignal;
  /** Ends the engine immediately. */
  readonly kill?: AbortSignal;
}

/** Local resources are created and deleted in seconds; anything that takes longer after a stop request hangs. */
const localGraceMs = 15_000;

/**
 * Local resources are deleted in seconds; an engine that takes this long waits for something that will not happen.
 */
const localLimitMs = 600_000;

/** Creating a stack is a few requests to its backend. */
const stackLimitMs = 120_000;

/** Concurrent steps of the engine; our providers wait far more than they compute. */
const parallel = "32";

/** Creates the stack if necessary; the engine then writes the salt of its secrets into the configuration. */
export async function ensureStack(setting: EngineSetting, signals?: EngineSignals): Promise<void> {
  const args = ["stack", "init", setting.name, "--no-select", "--secrets-provider", "passphrase"];
  const exit = await runPulumi(setting, args, { ...signals, limitMs: stackLimitMs });
  signals?.stop?.throwIfAborted();
  if (exit.code !== 0 && !/already exists/.test(exit.output))
    throw explain(setting, "made", exit, { done: 0, changes: {}, problems: [] });
}

/** Deploys the program. Returns the result and the stack's outputs. */
export async function bringUp(
  setting: EngineSetting,
  program: Program,
  run: EngineRun,
): Promise<Observation> {
  const { hostProgram } = await import("./program-host.ts");
  const host = await hostProgram(program);
  try {
    const args = ["up", "--client", host.address, "--exec-kind", "auto.inline"];
    return await runEngine(setting, "made", args, run);
  } finally {
    host.close();
  }
}

/** Deletes every resource of the stack, and the stack. Needs no program. */
export async function destroy(setting: EngineSetting, run: EngineRun): Promise<Observation> {
  return await runEngine(setting, "deleted", ["destroy", "--remove", "--exec-kind", "auto.local"], run);
}

/** Clears creations that a crash left pending, after refreshing the state. */
export async function forgetPending(setting: EngineSetting, run: EngineRun): Promise<Observation> {
  return await runEngine(
    setting,
    "looked at",
    ["refresh", "--clear-pending-creates", "--exec-kind", "auto.local"],
    run,
  );
}

async function runEngine(
  setting: EngineSetting,
  verb: string,
  args: readonly string[],
  run: EngineRun,
): Promise<Observation> {
  const { listenForEvents } = await import("./events.ts");
  const observer = new EngineObserver(run.progress, run.expected);
  const events = await listenForEvents((event) => observer.observe(event));
  const disk = watchDisk(setting.home.state);
  try {
    const flags = ["--stack", setting.name, "--yes", "--skip-preview", "--parallel", parallel];
    const exit = await runPulumi(
      setting,
      [...args, ...flags, "--suppress-progress", "--event-log", events.address],
      {
        ...(run.stop && { stop: run.stop }),
        kill: run.kill ? AbortSignal.any([run.kill, disk.full]) : disk.full,
        ...(setting.providers && { graceMs: localGraceMs, limitMs: localLimitMs }),
      },
    );
    if (disk.full.aborted) throw new MachineError("DMM_MACHINE_DISK_FULL", { file: setting.home.state });
    run.stop?.throwIfAborted();
    const observation = observer.result();
    if (exit.code !== 0) throw explain(setting, verb, exit, observation);
    return observation;
  } finally {
    disk.stop();
    events.close();
  }
}

function explain(
  setting: EngineSetting,
  verb: string,
  exit: EngineExit,
  observation: Observation,
): OperatorError | MachineError {
  return explainEngine({
    name: setting.name,
    verb,
    exit,
    observation,
    passphraseFile: setting.home.passphrase,
  });
}
