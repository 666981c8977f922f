import { cpus, loadavg, totalmem } from "node:os";

/** What the figures were measured on; load above the number of cores says that others worked too. */
export function describeMachine(): Record<string, unknown> {
  return {
    node: process.version,
    cores: cpus().length,
    processor: cpus()[0]?.model,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    loadAverage1m: Math.round((loadavg()[0] ?? 0) * 100) / 100,
  };
}
