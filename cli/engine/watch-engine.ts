import { isStopped, type ProcessIdentity } from "../../machine/process.ts";

const checkEveryMs = 1_000;
/**
 * Stopped briefly is not lost: a debugger does that too. On AWS an engine that is killed may lose what it created.
 */
const stoppedChecks = { local: 5, aws: 300 } as const;

/**
 * Watches a run of the engine, whatever it reports: one that is stopped by a signal handles no signal except
 * SIGKILL, and one that passes its time limit hangs. Calls `giveUp` once, with the reason.
 */
export function watchEngine(
  engine: ProcessIdentity,
  limitMs: number | undefined,
  giveUp: (reason: string) => void,
): { stop(): void } {
  const patience = limitMs === undefined ? stoppedChecks.aws : stoppedChecks.local;
  const until = performance.now() + (limitMs ?? Number.POSITIVE_INFINITY);
  let stopped = 0;
  const end = (reason: string) => {
    clearInterval(timer);
    giveUp(reason);
  };
  const check = () => {
    stopped = isStopped(engine.pid) ? stopped + 1 : 0;
    if (stopped >= patience) end(`it was stopped by a signal for ${patience} seconds`);
    else if (performance.now() > until) end(`it had not finished after ${(limitMs ?? 0) / 1000} seconds`);
  };
  const timer = setInterval(check, Math.min(checkEveryMs, limitMs ?? checkEveryMs));
  return { stop: () => clearInterval(timer) };
}
