/** The result of one request, seen from the client. */
export type Attempt = Responded | Refused | TimedOut | Distrusted;

export interface Responded {
  readonly outcome: "responded";
  readonly status: number;
  /** Lower-case names; repeated fields joined by a comma, as RFC 9110 section 5.3 allows. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** When each piece of the body arrived, from the start of the request. */
  readonly pieces: readonly { readonly atMs: number; readonly bytes: number }[];
  readonly elapsedMs: number;
  /** The connection that carried it, and whether that had carried a request before. */
  readonly connection: { readonly localPort: number; readonly reused: boolean };
}

/** The other side refused below HTTP: the connection, the handshake, or closed without a response. */
export interface Refused {
  readonly outcome: "refused";
  readonly stage: Stage;
  readonly code: string;
  readonly reason: string;
  readonly elapsedMs: number;
}

export interface TimedOut {
  readonly outcome: "timed out";
  readonly stage: Stage;
  readonly elapsedMs: number;
}

/** We refused the other side, because its certificate is not the expected one. Inconclusive about access. */
export interface Distrusted {
  readonly outcome: "distrusted";
  readonly code: string;
  readonly reason: string;
}

export type Stage = "connect" | "handshake" | "request" | "body";

const distrust =
  /^(CERT_|UNABLE_TO_|SELF_SIGNED_CERT|DEPTH_ZERO_SELF_SIGNED|ERR_TLS_CERT_ALTNAME|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE)/;

/** Errors of our own machine, which reveal nothing about the other side. */
const ours = /^(EADDRNOTAVAIL|EMFILE|ENFILE|ENOBUFS|EACCES|EPERM|EADDRINUSE|ERR_INVALID_)/;

/** Classifies a socket error; an error of our own machine is thrown, since it proves nothing. */
export function sortFailure(error: Error, stage: Stage, elapsedMs: number): Attempt {
  const code = "code" in error && typeof error.code === "string" ? error.code : error.name;
  if (ours.test(code)) throw error;
  // A server that rejects our certificate sends an alert; one whose certificate we reject receives one. Only the
  // code distinguishes them.
  if (distrust.test(code)) return { outcome: "distrusted", code, reason: error.message };
  if (code === "ETIMEDOUT") return { outcome: "timed out", stage, elapsedMs };
  return { outcome: "refused", stage, code, reason: firstLine(error.message), elapsedMs };
}

function firstLine(text: string): string {
  return text.split("\n")[0]?.trim() ?? "";
}

/** An attempt as evidence, with the whole body; human-readable formats shorten it. */
export function summarizeAttempt(attempt: Attempt): Record<string, unknown> {
  if (attempt.outcome !== "responded") return { ...attempt };
  return {
    outcome: attempt.outcome,
    status: attempt.status,
    headers: Object.fromEntries(
      ["content-type", "www-authenticate", "retry-after", "location", "server"]
        .filter((name) => attempt.headers[name] !== undefined)
        .map((name) => [name, attempt.headers[name]]),
    ),
    body: attempt.body,
    elapsedMs: attempt.elapsedMs,
    connection: attempt.connection,
  };
}
