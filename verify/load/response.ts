/** The result of one planned request. */
export interface LoadResponse {
  /** Which request of the mix. */
  readonly label: string;
  /** The planned send time, in milliseconds of Unix time. */
  readonly dueAt: number;
  /** How much later it was sent: the generator's own delay. */
  readonly lateMs: number;
  /** From the intended send time to the end of the response. */
  readonly responseMs: number;
  /** 0 without a response. */
  readonly status: number;
  /** Why there was no response. */
  readonly error?: string;
}

/** The same as it crosses the thread boundary: label as an index. */
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
  /** Due, but too many were pending already. */
  readonly unsent: number;
  readonly responses: readonly LoadResponse[];
  /** From the intended send time, in milliseconds; all responses. */
  readonly response: Percentiles;
  /** The generator's delay, in milliseconds. */
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

/** Share of the plan that must actually have been sent, and its maximum delay, for a load to prove anything. */
export const leastSentShare = 0.99;
export const latestP99Ms = 250;

/** Why a load was not as planned; undefined if it was. Such a load proves nothing about the platform. */
export function findDeliveryProblem(report: LoadReport, latestMs: number = latestP99Ms): string | undefined {
  if (report.planned === 0) return "no request was due";
  if (report.sent < report.planned * leastSentShare)
    return `only ${report.sent} of ${report.planned} planned requests were sent`;
  if (report.lateness.p99 > latestMs) {
    return `requests were sent up to ${Math.round(report.lateness.p99)} ms late (p99); at most ${latestMs} ms is allowed`;
  }
  return undefined;
}
