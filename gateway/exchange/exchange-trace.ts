/** One attempt at an upstream. */
export interface TracedAttempt {
  /** Origin of the upstream's target. */
  readonly upstream: string;
  /** Path and query as the upstream gets them. */
  readonly path: string;
  /** Names and values in turn. */
  readonly headers: string[];
}

/** Trace of a request, where requests are traced. */
export interface ExchangeTrace {
  /** Starts the span of one upstream attempt and adds it to the headers. */
  startAttempt(attempt: TracedAttempt): void;
  /** Ends the attempt with the upstream's status, an error, or both where the response broke off. */
  endAttempt(status: number | undefined, error?: string): void;
  /** The response has been sent, or the client has disconnected. */
  finish(): void;
}
