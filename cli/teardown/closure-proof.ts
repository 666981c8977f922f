/** What clients met at the ingress before anything was deleted. */
export interface ClosureProof {
  /** True only where it was seen that nobody gets in. */
  readonly closed: boolean;
  readonly revoked: readonly string[];
  /** One line per client that knocked: who, and how it was refused. */
  readonly refusals: readonly { readonly client: string; readonly reason: string }[];
  /** How it was closed where not by revocation, or why that could not be seen. */
  readonly note?: string;
}
