import { randomBytes } from "node:crypto";

/** Set for a worker by its parent process: its number from 1, and a name that all of them share. */
export const workerVariables = {
  number: "GATEWAY_WORKER",
  instance: "GATEWAY_INSTANCE",
  /** Set when it replaces one that ended. */
  again: "GATEWAY_WORKER_AGAIN",
} as const;

/** How long the port of a starting task may stay closed while its workers are not ready, in milliseconds. */
const shutMs = 5000;

/** Whether this process is one of several that share their task's port. */
export function isWorker(): boolean {
  return process.env[workerVariables.number] !== undefined;
}

/**
 * Resolves when this process should open the port. The kernel assigns connections to every listening worker, ready
 * or not: while others serve, this one waits until it is ready. If none has served yet, one must listen to show
 * that the task is alive.
 */
export async function untilWorthListening(ready: Promise<void>): Promise<void> {
  if (!isWorker()) return;
  if (process.env[workerVariables.again] !== undefined) return await ready;
  await Promise.race([ready, new Promise((resolve) => setTimeout(resolve, shutMs).unref())]);
}

/** Whether this process represents its task: the first worker does, and a gateway without workers. */
export function representsTask(): boolean {
  return readWorkerNumber() === "1";
}

/** The name of this task's gateway, different after every start. */
export function nameInstance(): string {
  return process.env[workerVariables.instance] ?? randomBytes(8).toString("hex");
}

/** The number of this worker, from 1; also for a gateway without workers. */
export function readWorkerNumber(): string {
  return process.env[workerVariables.number] ?? "1";
}
