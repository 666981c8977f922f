/**
 * Number of allowed retries: a tenth of recently forwarded requests, and a few without any traffic. Without a
 * limit, retries would double the load of a failing upstream.
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

  /** Counts a first attempt. */
  earn(): void {
    this.#tokens = Math.min(this.#tokens + this.#share, this.#most);
  }

  /** Whether a retry is allowed; if so, it is counted. */
  spend(): boolean {
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }
}
