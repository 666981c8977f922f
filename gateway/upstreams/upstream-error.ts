import type { ApiErrorCode } from "../errors.ts";

/** The client's error for an upstream without a valid response: SLOW is a timeout, FAILED everything else. */
type UpstreamErrorCode = Extract<ApiErrorCode, "DMM_GATEWAY_UPSTREAM_SLOW" | "DMM_GATEWAY_UPSTREAM_FAILED">;

/** An upstream without a valid response; the message is for the log. */
export class UpstreamError extends Error {
  readonly code: UpstreamErrorCode;

  constructor(code: UpstreamErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "UpstreamError";
    this.code = code;
  }
}
