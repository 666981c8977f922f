import { isAlive, type ProcessIdentity } from "./process.ts";
import { pollUntil } from "./wait.ts";

/** A signal, and how long to wait for its effect in milliseconds. */
export type EndStep = readonly [signal: NodeJS.Signals, withinMs: number];

const lookEveryMs = 10;

/** Sends a signal to a process; false when it has ended. */
export function sendSignal(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  return isAlive(identity) && kill(identity.pid, signal);
}

/** Sends a signal to a process that leads a group and to all members of the group; false when the leader has ended. */
export function sendGroupSignal(leader: ProcessIdentity, signal: NodeJS.Signals): boolean {
  return isAlive(leader) && killGroup(leader.pid, signal);
}

/**
 * Sends a signal to a process group, even after its leader has ended. Only for a child of this process whose exit
 * is being handled: until then the kernel does not reuse the number. False when the group is empty.
 */
export function killGroup(leader: number, signal: NodeJS.Signals): boolean {
  return kill(-leader, signal);
}

/** Waits until none of the processes is alive, up to `withinMs`; returns those still running. */
export async function waitUntilGone<Process extends ProcessIdentity>(
  processes: readonly Process[],
  withinMs: number,
): Promise<readonly Process[]> {
  const living = () => processes.filter(isAlive);
  const gone = await pollUntil(() => living().length === 0, { withinMs, everyMs: lookEveryMs });
  return gone === undefined ? living() : [];
}

/**
 * Ends processes with one signal after the other, each only for those that the previous one did not end. A stopped
 * process is continued, because it would handle no signal except SIGKILL. Returns those still running.
 */
export async function endProcesses<Process extends ProcessIdentity>(
  processes: readonly Process[],
  steps: readonly EndStep[],
): Promise<readonly Process[]> {
  let living = processes;
  for (const [signal, withinMs] of steps) {
    for (const process of living) {
      sendSignal(process, signal);
      sendSignal(process, "SIGCONT");
    }
    living = await waitUntilGone(living, withinMs);
  }
  return living;
}

function kill(receiver: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(receiver, signal);
  } catch {
    return false;
  }
}
