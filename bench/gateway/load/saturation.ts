/** What a closed loop got through. */
export interface Saturation {
  readonly requests: number;
  readonly seconds: number;
  /** Requests with another answer than a good one, or none. */
  readonly failed: number;
}
