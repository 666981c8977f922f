/** Throughput of a closed loop. */
export interface Saturation {
  readonly requests: number;
  readonly seconds: number;
  /** Requests with an unexpected response, or none. */
  readonly failed: number;
}
