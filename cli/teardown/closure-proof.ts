/** The results of requests to the ingress before anything was deleted. */
export interface ClosureProof {
  /** True only if it was observed that no client gets in. */
  readonly closed: boolean;
  readonly revoked: readonly string[];
  /** One line per client: who, and how it was refused. */
  readonly refusals: readonly { readonly client: string; readonly reason: string }[];
  /** How it was closed if not by revocation, or why that could not be observed. */
  readonly note?: string;
}
