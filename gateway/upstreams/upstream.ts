/** Where requests of a route are forwarded: one or more origins, chosen by weight. */
export interface Upstream {
  readonly name: string;
  readonly connectLimitMs: number;
  /** Path and interval of each origin's health check; absent if disabled. */
  readonly health?: { readonly path: string; readonly intervalMs: number };
  readonly targets: readonly { readonly origin: string; readonly weight: number }[];
}
