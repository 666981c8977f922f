/**
 * Everything an API client can receive as an error: a wire code, its status and a sentence. Error texts of
 * upstreams and stores stay in the log.
 */
export interface ApiError {
  readonly status: number;
  readonly title: string;
  /** RFC 6750 error code of the `WWW-Authenticate` challenge; absent where the client sent no token. */
  readonly challenge?:
    | "invalid_request"
    | "invalid_token"
    | "insufficient_scope"
    | "invalid_dpop_proof"
    | "use_dpop_nonce";
  /** The challenge asks for a DPoP-bound token (RFC 9449 section 7.1) instead of a bearer token. */
  readonly bound?: true;
  /** `Retry-After`, in seconds. */
  readonly retryAfterSeconds?: number;
  /** Closes the connection: its state cannot be trusted after this error. */
  readonly closes?: boolean;
}

export const apiErrors = {
  DMM_GATEWAY_REQUEST_AMBIGUOUS: {
    status: 400,
    title: "Ambiguous request.",
    closes: true,
  },
  DMM_GATEWAY_REQUEST_MALFORMED: { status: 400, title: "Malformed HTTP request.", closes: true },
  DMM_GATEWAY_PATH_AMBIGUOUS: { status: 400, title: "Ambiguous request path." },
  DMM_GATEWAY_BODY_UNEXPECTED: {
    status: 400,
    title: "A request body is not allowed for this method.",
    closes: true,
  },
  DMM_GATEWAY_TOKEN_REPEATED: {
    status: 400,
    title: "The access token was sent in more than one way.",
    challenge: "invalid_request",
  },
  DMM_GATEWAY_TOKEN_MISSING: { status: 401, title: "An access token is required." },
  DMM_GATEWAY_TOKEN_MALFORMED: {
    status: 401,
    title: "The Authorization header does not contain a valid access token.",
    challenge: "invalid_request",
  },
  DMM_GATEWAY_TOKEN_INVALID: {
    status: 401,
    title: "The access token is unknown, expired or revoked.",
    challenge: "invalid_token",
  },
  DMM_GATEWAY_TOKEN_BOUND: {
    status: 401,
    title: "The access token is bound to a key and is not a bearer token.",
    challenge: "invalid_token",
    bound: true,
  },
  DMM_GATEWAY_PROOF_INVALID: {
    status: 401,
    title: "The DPoP proof is missing or not valid for this request.",
    challenge: "invalid_dpop_proof",
    bound: true,
  },
  DMM_GATEWAY_PROOF_NONCE: {
    status: 401,
    title: "The DPoP proof must contain the nonce from this response.",
    challenge: "use_dpop_nonce",
    bound: true,
  },
  DMM_GATEWAY_SCOPE_INSUFFICIENT: {
    status: 403,
    title: "The access token does not have the required scope.",
    challenge: "insufficient_scope",
  },
  DMM_GATEWAY_ROUTE_UNKNOWN: { status: 404, title: "Resource not found." },
  DMM_GATEWAY_METHOD_NOT_ALLOWED: { status: 405, title: "Method not allowed for this resource." },
  DMM_GATEWAY_REQUEST_SLOW: {
    status: 408,
    title: "Request timeout.",
    closes: true,
  },
  DMM_GATEWAY_BODY_TOO_LARGE: {
    status: 413,
    title: "The request body is too large.",
    closes: true,
  },
  DMM_GATEWAY_TARGET_TOO_LONG: {
    status: 414,
    title: "The request target is too long.",
    closes: true,
  },
  DMM_GATEWAY_EXPECTATION_UNKNOWN: {
    status: 417,
    title: "Unsupported Expect value.",
    closes: true,
  },
  DMM_GATEWAY_RATE_EXCEEDED: { status: 429, title: "Too many requests." },
  DMM_GATEWAY_HEADERS_TOO_LARGE: {
    status: 431,
    title: "The request header fields are too large.",
    closes: true,
  },
  DMM_GATEWAY_INTERNAL: { status: 500, title: "Internal gateway error.", closes: true },
  DMM_GATEWAY_CODING_UNKNOWN: {
    status: 501,
    title: "Unsupported transfer coding.",
    closes: true,
  },
  DMM_GATEWAY_UPSTREAM_FAILED: { status: 502, title: "The upstream API failed to respond." },
  DMM_GATEWAY_UPSTREAM_BUSY: {
    status: 503,
    title: "The upstream API is overloaded.",
    retryAfterSeconds: 1,
  },
  DMM_GATEWAY_STARTING: {
    status: 503,
    title: "The gateway is not ready.",
    retryAfterSeconds: 1,
  },
  DMM_GATEWAY_CONNECTIONS_EXCEEDED: {
    status: 503,
    title: "Too many connections.",
    retryAfterSeconds: 1,
    closes: true,
  },
  DMM_GATEWAY_TOKENS_UNAVAILABLE: {
    status: 503,
    title: "Access tokens cannot be validated right now.",
    retryAfterSeconds: 1,
  },
  DMM_GATEWAY_UPSTREAM_SLOW: {
    status: 504,
    title: "The upstream API did not respond in time.",
  },
  DMM_GATEWAY_VERSION_UNSUPPORTED: {
    status: 505,
    title: "Unsupported HTTP version.",
    closes: true,
  },
  DMM_GATEWAY_LOOP_DETECTED: {
    status: 508,
    title: "Request loop detected.",
  },
} as const satisfies Record<string, ApiError>;

export type ApiErrorCode = keyof typeof apiErrors;

/** The catalogue entry with its optional members visible. */
export function describeApiError(code: ApiErrorCode): ApiError {
  return apiErrors[code];
}

/** A failure during a request that has a catalogue entry; `cause` is for the log. */
export class GatewayError extends Error {
  readonly code: ApiErrorCode;

  constructor(code: ApiErrorCode, options: { readonly cause?: unknown } = {}) {
    super(apiErrors[code].title, options);
    this.name = "GatewayError";
    this.code = code;
  }
}

/**
 * Failures that the log shows or a role ends with, and what an operator does about them. API clients get one of
 * `apiErrors` instead.
 */
const operatorErrors = {
  DMM_GATEWAY_SETTINGS_INVALID: {
    hint: "Set the variables in the task definition's `environment` and `secrets`; docs/gateway.md lists them.",
  },
  DMM_GATEWAY_REDIS_UNAVAILABLE: {
    hint: "Check the nodes of the cache, its security group, REDIS_AUTH_TOKEN and REDIS_TLS.",
  },
  DMM_GATEWAY_REDIS_UNRESPONSIVE: {
    hint: "Check the load of the cache's nodes; REDIS_TIMEOUT_MS is the time limit.",
  },
  DMM_GATEWAY_COMMIT_UNCERTAIN: {
    hint: "The change was stored completely or not at all: read it again, and repeat it if it is missing.",
  },
  DMM_GATEWAY_PATTERN_INVALID: { hint: "Correct the path of the route on the admin site." },
  DMM_GATEWAY_ROUTES_CONFLICT: {
    hint: "Change the path, the methods or the host of one of them on the admin site.",
  },
  DMM_GATEWAY_PASSWORD_QUEUE_FULL: {
    hint: "Hashing passwords is slow by design. Try again, or add gateways if it happens often.",
  },
} as const satisfies Record<string, { readonly hint: string }>;

/** A failure for an operator: the message says what failed, with the value, and the hint what to do. */
export class OperatorError extends Error {
  readonly code: keyof typeof operatorErrors;

  constructor(
    code: keyof typeof operatorErrors,
    message: string,
    options: { readonly cause?: unknown } = {},
  ) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }

  get hint(): string {
    return operatorErrors[this.code].hint;
  }
}

/** Why a role cannot start: every problem of the environment in one message. */
export class SettingsError extends OperatorError {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    const lines = problems.map((problem) => `  ${problem}`);
    super("DMM_GATEWAY_SETTINGS_INVALID", ["The gateway cannot start:", ...lines].join("\n"));
    this.problems = problems;
  }
}
