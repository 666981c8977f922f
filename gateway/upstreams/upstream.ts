/** Where requests of a route lead: one or several origins, chosen by weight. */
export interface Upstream {
  readonly name: string;
  readonly connectLimitMs: number;
  /** Where each origin is asked whether it is well, and how often; absent, nobody is asked. */
  readonly health?: { readonly path: string; readonly intervalMs: number };
  readonly targets: readonly { readonly origin: string; readonly weight: number }[];
}
