/**
 * How many requests may be repeated: a tenth of what was forwarded lately, and a few without any traffic. Without a
 * bound, a failing upstream would be given its load twice.
 */
export class RetryBudget {
  readonly #share: number;
  readonly #most: number;
  #tokens: number;

  constructor(options: { readonly share: number; readonly most: number } = { share: 0.1, most: 100 }) {
    this.#share = options.share;
    this.#most = options.most;
    this.#tokens = Math.min(10, options.most);
  }

  /** A first attempt was made. */
  earn(): void {
    this.#tokens = Math.min(this.#tokens + this.#share, this.#most);
  }

  /** Whether one more attempt may be made; it counts as made. */
  spend(): boolean {
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }
}
