import { counter, type Family, gauge } from "./family.ts";

/** Identifies the source of the values. */
export function describeWorkers(of: {
  readonly responding: number;
  readonly unresponsive: number;
  readonly starting: number;
  readonly restarts: number;
}): Family[] {
  const states = (["responding", "unresponsive", "starting"] as const).map(
    (state) => [{ state }, of[state]] as const,
  );
  return [
    gauge(
      "gateway_workers",
      "sum",
      "Workers by state: included in this scrape, unresponsive within its time limit, or still starting.",
      states,
    ),
    counter(
      "gateway_worker_restarts_total",
      "Workers restarted after exiting unexpectedly. Counts since the previous scrape are lost if the worker was killed.",
      of.restarts,
    ),
  ];
}
