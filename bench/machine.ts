import { cpus, loadavg, totalmem } from "node:os";

/** The machine of the measurement; load above the number of cores indicates other work. */
export function describeMachine(): Record<string, unknown> {
  return {
    node: process.version,
    cores: cpus().length,
    processor: cpus()[0]?.model,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    loadAverage1m: Math.round((loadavg()[0] ?? 0) * 100) / 100,
  };
}
