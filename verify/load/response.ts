/** What became of one planned request. */
export interface LoadResponse {
  /** Which request of the mix. */
  readonly label: string;
  /** When the plan wanted it sent, in milliseconds of Unix time. */
  readonly dueAt: number;
  /** How much later than that it was sent: the generator's own fault. */
  readonly lateMs: number;
  /** From the intended send time to the end of the answer. */
  readonly responseMs: number;
  /** 0 where there was no answer. */
  readonly status: number;
  /** Why there was no answer. */
  readonly error?: string;
}

/** The same, as it crosses the thread border: label as an index. */
export type PackedResponse = readonly [
  index: number,
  dueAt: number,
  lateMs: number,
  responseMs: number,
  status: number,
  error: string,
];

export interface LoadReport {
  /** Requests that were due until the load ended. */
  readonly planned: number;
  readonly sent: number;
  /** Due, but too many were unanswered already. */
  readonly unsent: number;
  readonly responses: readonly LoadResponse[];
  /** From the intended send time, milliseconds; every answered request. */
  readonly response: Percentiles;
  /** How late the generator sent, milliseconds. */
  readonly lateness: Percentiles;
  readonly durationMs: number;
}

export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
  readonly count: number;
}

/** Share of the plan that must really have been sent, and how late it may be, for a load to prove anything. */
export const leastSentShare = 0.99;
export const latestP99Ms = 250;

/** Why a load was not the one planned; undefined where it was. Such a load proves nothing about the platform. */
export function findDeliveryProblem(report: LoadReport, latestMs: number = latestP99Ms): string | undefined {
  if (report.planned === 0) return "no request was due";
  if (report.sent < report.planned * leastSentShare)
    return `only ${report.sent} of ${report.planned} planned requests were sent`;
  if (report.lateness.p99 > latestMs) {
    return `requests were sent up to ${Math.round(report.lateness.p99)} ms late (p99); at most ${latestMs} ms is allowed`;
  }
  return undefined;
}
