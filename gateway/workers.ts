import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { isWorker, nameInstance, Switchboard, workerVariables } from "./siblings.ts";

/** Time between two restarts of a worker that keeps ending, in milliseconds. */
const restartMs = 500;

/** Number of processes of the role `gateway` to start; 1 means that this process is the gateway. */
export function countWorkers(): number {
  if (isWorker()) return 1;
  const count = Number(process.env.GATEWAY_WORKERS ?? "1");
  // The settings report an invalid value together with all others.
  return Number.isInteger(count) && count > 1 && count <= 64 ? count : 1;
}

/**
 * One gateway per processor, all on the same port: the kernel distributes the connections (`SO_REUSEPORT`). A
 * worker that ends is restarted; signals are forwarded, and this process ends when all have.
 */
export async function runWorkers(main: string, count: number): Promise<void> {
  // Other roles of the image also import this module and must not load it.
  const { gatherMetrics } = await import("./metrics/task-metrics.ts");
  const workers = new Set<ChildProcess>();
  const instance = nameInstance();
  const switchboard = new Switchboard(workers);
  const gathering = await gatherMetrics(count);
  let ending = false;
  let exitCode = 0;
  for (const signal of ["SIGTERM", "SIGINT"] as const)
    process.on(signal, () => {
      ending = true;
      for (const worker of workers) worker.kill(signal);
    });
  const keepRunning = async (number: number): Promise<void> => {
    for (let start = 1; !ending; start++) {
      const variables = {
        [workerVariables.number]: String(number),
        [workerVariables.instance]: instance,
        ...(start > 1 ? { [workerVariables.again]: "yes" } : {}),
      };
      const worker = fork(main, ["gateway"], { env: { ...process.env, ...variables } });
      workers.add(worker);
      switchboard.connect(worker);
      gathering.connect(worker);
      const [code] = (await once(worker, "exit")) as [number | null];
      workers.delete(worker);
      if (ending || code === 2) {
        // Invalid settings do not become valid by a restart.
        exitCode = Math.max(exitCode, code ?? 1);
        return;
      }
      gathering.restarts++;
      process.stderr.write(`Worker ${number} exited with ${code ?? "a signal"} and is being restarted.\n`);
      await new Promise((resolve) => setTimeout(resolve, restartMs));
    }
  };
  await Promise.all(Array.from({ length: count }, (_, index) => keepRunning(index + 1)));
  process.exitCode = exitCode;
}
