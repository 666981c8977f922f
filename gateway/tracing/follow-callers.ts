import { type Sampler, SamplingDecision, type SamplingResult } from "@opentelemetry/sdk-trace-base";

/**
 * Follows sampled callers, up to a number of traces a second. Any client may write `-01` at the end of a
 * `traceparent`: the cost here and at the collector must be bounded by us.
 */
export class FollowCallers implements Sampler {
  readonly #perSecond: number;
  readonly #refuse: () => void;
  /** How many may be followed now; a second's worth at most. */
  #allowance: number;
  #at = performance.now();

  /** `refuse` is called for each trace that is not followed. */
  constructor(perSecond: number, refuse: () => void) {
    this.#perSecond = perSecond;
    this.#allowance = perSecond;
    this.#refuse = refuse;
  }

  shouldSample(): SamplingResult {
    const now = performance.now();
    const earned = ((now - this.#at) / 1000) * this.#perSecond;
    this.#allowance = Math.min(this.#perSecond, this.#allowance + earned);
    this.#at = now;
    if (this.#allowance < 1) {
      this.#refuse();
      return { decision: SamplingDecision.NOT_RECORD };
    }
    this.#allowance--;
    return { decision: SamplingDecision.RECORD_AND_SAMPLED };
  }

  toString(): string {
    return `FollowCallers{${this.#perSecond}/s}`;
  }
}
