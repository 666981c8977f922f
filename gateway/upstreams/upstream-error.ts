/** An upstream without a valid response: `slow` is a timeout, `failed` everything else. */
export class UpstreamError extends Error {
  readonly kind: "slow" | "failed";

  constructor(kind: "slow" | "failed", message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "UpstreamError";
    this.kind = kind;
  }
}
