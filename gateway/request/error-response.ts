import type { ServerResponse } from "node:http";
import { type ApiErrorCode, apiErrors, describeApiError } from "../errors.ts";
import { proofAlgorithms } from "../tokens/proof.ts";
import { endWhileArriving } from "./linger.ts";

export interface ErrorDetails {
  readonly requestId: string;
  /** Host for the challenge's realm. */
  readonly realm: string;
  /** Scopes that the resource needs, for 403. */
  readonly scopes?: readonly string[];
  /** Methods that the resource has, for 405. */
  readonly allow?: readonly string[];
  readonly retryAfterSeconds?: number;
  /** Further fields, names and values in turn. */
  readonly fields?: readonly string[];
  /** The request's body is still arriving, and will not be read. */
  readonly arriving?: boolean;
}

/** The constant part of each error response; only the request id differs. */
const bodies: ReadonlyMap<string, string> = new Map(
  (Object.keys(apiErrors) as ApiErrorCode[]).map((code) => {
    const { status, title } = describeApiError(code);
    const type = `urn:dmm-env:error:${code}`;
    return [code, `${JSON.stringify({ type, title, status, code }).slice(0, -1)},"requestId":"`];
  }),
);

/** Sends an error of the catalogue as `application/problem+json` (RFC 9457). */
export function sendError(response: ServerResponse, code: ApiErrorCode, details: ErrorDetails): void {
  const error = describeApiError(code);
  const body = `${bodies.get(code)}${details.requestId}"}`;
  const headers = [
    "content-type",
    "application/problem+json",
    "content-length",
    String(body.length),
    "cache-control",
    "no-store",
    "x-request-id",
    details.requestId,
  ];
  const challenge = renderChallenge(code, details);
  if (challenge !== undefined) headers.push("www-authenticate", challenge);
  if (details.allow !== undefined) headers.push("allow", details.allow.join(", "));
  const retryAfter = details.retryAfterSeconds ?? error.retryAfterSeconds;
  if (retryAfter !== undefined) headers.push("retry-after", String(retryAfter));
  if (details.fields !== undefined) headers.push(...details.fields);
  if (error.closes === true) response.shouldKeepAlive = false;
  response.writeHead(error.status, headers);
  if (details.arriving === true) endWhileArriving(response, body);
  else response.end(response.req.method === "HEAD" ? undefined : body);
}

/** RFC 6750 section 3: no error code when the client sent no token. */
function renderChallenge(code: ApiErrorCode, details: ErrorDetails): string | undefined {
  const { status, title, challenge, bound } = describeApiError(code);
  if (status !== 401 && challenge === undefined) return undefined;
  let text = `${bound === true ? "DPoP" : "Bearer"} realm="${details.realm}"`;
  if (bound === true) text += `, algs="${proofAlgorithms.join(" ")}"`;
  if (challenge !== undefined) text += `, error="${challenge}", error_description="${title}"`;
  if (details.scopes !== undefined && details.scopes.length > 0)
    text += `, scope="${details.scopes.join(" ")}"`;
  return text;
}
