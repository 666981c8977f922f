/** Trace of a request, where requests are traced. */
export interface ExchangeTrace {
  /** Starts the span of one upstream attempt and adds it to the header list. */
  startAttempt(headers: string[]): void;
  /** Ends the attempt with the upstream's status, an error, or both where the response broke off. */
  endAttempt(status: number | undefined, error?: string): void;
  /** The response has been sent, or the client has disconnected. */
  finish(): void;
}
