import type { LoadResponse } from "./response.ts";

/** Effect of a fault on clients. */
export interface Outage {
  readonly requests: number;
  readonly failed: number;
  /** Failed requests by kind: a status, or the error of one without a response. */
  readonly kinds: Readonly<Record<string, number>>;
  /** From the fault to the first failure; undefined without one. */
  readonly impactAfterMs?: number;
  /** From the fault to the end of the last failed request. */
  readonly overAfterMs?: number;
  /** From the first failed to the last failed request. */
  readonly lastedMs: number;
}

/** Measures failures after the fault; `isGood` decides which responses count as served. */
export function measureOutage(
  responses: readonly LoadResponse[],
  faultAt: number,
  isGood: (response: LoadResponse) => boolean,
): Outage {
  const failed = responses.filter((response) => !isGood(response)).sort((a, b) => a.dueAt - b.dueAt);
  const first = failed[0];
  const lastEnd = failed.reduce(
    (latest, response) => Math.max(latest, response.dueAt + response.responseMs),
    faultAt,
  );
  return {
    requests: responses.length,
    failed: failed.length,
    kinds: countKinds(failed),
    ...(first === undefined
      ? { lastedMs: 0 }
      : {
          impactAfterMs: Math.round(first.dueAt - faultAt),
          overAfterMs: Math.round(lastEnd - faultAt),
          lastedMs: Math.round(lastEnd - first.dueAt),
        }),
  };
}

export function countKinds(responses: readonly LoadResponse[]): Readonly<Record<string, number>> {
  const kinds: Record<string, number> = {};
  for (const response of responses) {
    const kind = response.status === 0 ? (response.error ?? "no response") : String(response.status);
    kinds[kind] = (kinds[kind] ?? 0) + 1;
  }
  return kinds;
}

/** Responses per time slice around a fault, for the report's chart. */
export interface Timeline {
  readonly sliceMs: number;
  /** Time of the fault, from the first slice's start. */
  readonly faultMs: number;
  readonly slices: readonly { readonly good: number; readonly failed: number; readonly p95Ms: number }[];
}

export function drawTimeline(
  responses: readonly LoadResponse[],
  faultAt: number,
  isGood: (response: LoadResponse) => boolean,
  sliceMs = 100,
): Timeline {
  const begin = responses.reduce((earliest, response) => Math.min(earliest, response.dueAt), faultAt);
  const slices: LoadResponse[][] = [];
  for (const response of responses) {
    const index = Math.floor((response.dueAt - begin) / sliceMs);
    slices[index] = [...(slices[index] ?? []), response];
  }
  return {
    sliceMs,
    faultMs: Math.round(faultAt - begin),
    slices: Array.from(slices, (slice = []) => ({
      good: slice.filter(isGood).length,
      failed: slice.filter((response) => !isGood(response)).length,
      p95Ms: percentile(
        slice.map((response) => response.responseMs),
        0.95,
      ),
    })),
  };
}

function percentile(values: number[], share: number): number {
  const sorted = values.sort((a, b) => a - b);
  return Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0) * 10) / 10;
}
