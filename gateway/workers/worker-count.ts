import { isWorker } from "./worker-variables.ts";

/** Number of processes of the role `gateway` to start; 1 means that this process is the gateway. */
export function countWorkers(): number {
  if (isWorker()) return 1;
  const count = Number(process.env.GATEWAY_WORKERS ?? "1");
  // The settings report an invalid value together with all others.
  return Number.isInteger(count) && count > 1 && count <= 64 ? count : 1;
}
