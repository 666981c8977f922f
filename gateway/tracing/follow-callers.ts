import { type Sampler, SamplingDecision, type SamplingResult } from "@opentelemetry/sdk-trace-base";

/**
 * Follows callers that sample, up to so many traces a second. Anybody may write `-01` at the end of a `traceparent`: what
 * that costs here and at the collector must have a bound that is ours.
 */
export class FollowCallers implements Sampler {
  readonly #perSecond: number;
  readonly #refuse: () => void;
  /** How many may be followed at this moment; a second's worth at most. */
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
