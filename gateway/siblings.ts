import type { ChildProcess } from "node:child_process";
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
export function speaksForTask(): boolean {
  return (process.env[workerVariables.number] ?? "1") === "1";
}

/** The name of this task's gateway, different after every start. */
export function nameInstance(): string {
  return process.env[workerVariables.instance] ?? randomBytes(8).toString("hex");
}

/** Messages between the workers of one task, through their parent process. */
type Message =
  | { readonly kind: "spread" | "reach"; readonly id: string; readonly version: number }
  | { readonly kind: "reached" | "done"; readonly id: string; readonly serves: number };

/** How long a worker waits for the others, in milliseconds; they also poll. */
const spreadMs = 700;

/**
 * A worker's channel to the others. Only one worker receives a notification of a new version, because the kernel
 * distributes connections; it is acknowledged when all of them serve it.
 */
export class Siblings {
  readonly #waiting = new Map<string, (serves: number) => void>();
  #counter = 0;

  /** `reach` loads a version, and resolves with the one that is served then. */
  constructor(reach: (version: number) => Promise<number>) {
    if (process.send === undefined) return;
    process.on("message", (message: Message) => {
      if (message.kind === "done") this.#waiting.get(message.id)?.(message.serves);
      if (message.kind === "reach")
        void reach(message.version).then((serves) =>
          process.send?.({ kind: "reached", id: message.id, serves }),
        );
    });
    // The channel must not keep a finished worker alive.
    process.channel?.unref();
  }

  /**
   * Notifies the others of a version, and resolves with the lowest that one of them serves then: 0 where one does
   * not respond, Infinity if there are no others.
   */
  async spread(version: number): Promise<number> {
    if (process.send === undefined) return Number.POSITIVE_INFINITY;
    const id = `${process.pid}-${++this.#counter}`;
    const serves = await new Promise<number>((resolve) => {
      const timer = setTimeout(resolve, spreadMs, 0);
      this.#waiting.set(id, (lowest) => {
        clearTimeout(timer);
        resolve(lowest);
      });
      process.send?.({ kind: "spread", id, version });
    });
    this.#waiting.delete(id);
    return serves;
  }
}

/** One version on its way to the other workers. */
interface Spread {
  readonly from: ChildProcess;
  readonly missing: Set<ChildProcess>;
  /** Starts at the highest value, lowered by each response. */
  lowest: number;
}

/** The other end of the channels, in the parent process. */
export class Switchboard {
  readonly #workers: ReadonlySet<ChildProcess>;
  /** Whom to notify when the workers that are still missing have responded. */
  readonly #open = new Map<string, Spread>();

  constructor(workers: ReadonlySet<ChildProcess>) {
    this.#workers = workers;
  }

  connect(worker: ChildProcess): void {
    worker.on("message", (message) => this.#pass(worker, message as Message));
    worker.once("exit", () => {
      for (const id of [...this.#open.keys()]) this.#settle(id, worker);
    });
  }

  #pass(from: ChildProcess, message: Message): void {
    if (message.kind === "reached") this.#settle(message.id, from, message.serves);
    if (message.kind !== "spread") return;
    const missing = new Set([...this.#workers].filter((worker) => worker !== from && worker.connected));
    this.#open.set(message.id, { from, missing, lowest: Number.MAX_SAFE_INTEGER });
    for (const worker of missing) worker.send({ kind: "reach", id: message.id, version: message.version });
    this.#settle(message.id, undefined);
  }

  /** `serves` is absent for a worker that ended: its successor loads the newest version before it listens. */
  #settle(id: string, worker: ChildProcess | undefined, serves = Number.MAX_SAFE_INTEGER): void {
    const open = this.#open.get(id);
    if (open === undefined) return;
    if (worker !== undefined) open.missing.delete(worker);
    open.lowest = Math.min(open.lowest, serves);
    if (open.missing.size > 0) return;
    this.#open.delete(id);
    if (open.from.connected) open.from.send({ kind: "done", id, serves: open.lowest });
  }
}
