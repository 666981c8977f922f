import { type CheckContext, type Finding, fail, inconclusive, pass } from "../check.ts";
import { VerifyError } from "../errors.ts";
import { type Attempt, summarizeAttempt } from "./attempt.ts";
import type { ClientIdentity } from "./ingress.ts";

/** A route that returns 200 to authorized insiders; any other client that gets a 200 has got in. */
export const openDoor = "/verify/echo";

/**
 * Attempts access with a valid token, so that only the ingress can refuse the request: a refusal further in would
 * hide that the ingress is open.
 */
export async function tryToEnter(
  context: CheckContext,
  who: string,
  identity: ClientIdentity,
): Promise<Attempt> {
  const token = await context.tokens.shared();
  const request = { path: openDoor, headers: { authorization: `Bearer ${token}` }, signal: context.signal };
  const attempt = await context.ingress.attempt(request, identity);
  context.evidence.record(who, summarizeAttempt(attempt));
  return attempt;
}

/** The control of every refusal: the same request from an insider is served. */
export async function requireInsider(context: CheckContext): Promise<void> {
  const attempt = await tryToEnter(context, "control: an insider", {});
  if (attempt.outcome !== "responded" || attempt.status !== 200) {
    throw new VerifyError("DMM_VERIFY_NO_CONTROL", {
      what: `an insider's request should get 200 but ${describeAttempt(attempt)}`,
    });
  }
}

/** Statuses with which a load balancer itself refuses a client. */
const balancerRefuses = new Set([400, 403, 495, 496]);

/** Whether an attempt passed the ingress, whatever the gateway's response. */
export function isLetIn(attempt: Attempt): boolean {
  return attempt.outcome === "responded" && attempt.status < 500 && !balancerRefuses.has(attempt.status);
}

/** Evaluates an attempt that should have been refused. */
export function judgeRefusal(
  attempt: Attempt,
  who: string,
  options: { readonly timeoutRefuses?: boolean } = {},
): Finding {
  if (attempt.outcome === "refused") return pass(`${who} ${describeAttempt(attempt)}`);
  if (attempt.outcome === "timed out" && attempt.stage === "connect" && options.timeoutRefuses) {
    return pass(`${who} gets no connection at all`);
  }
  if (attempt.outcome !== "responded")
    return inconclusive(`${who} was neither accepted nor rejected: ${describeAttempt(attempt)}`);
  if (balancerRefuses.has(attempt.status)) return pass(`${who} is rejected with ${attempt.status}`);
  if (attempt.status >= 500) return inconclusive(`${who} got a server error: ${describeAttempt(attempt)}`);
  return fail(`${who} got in: ${describeAttempt(attempt)}`);
}

export function describeAttempt(attempt: Attempt): string {
  if (attempt.outcome === "responded") return `got ${attempt.status}`;
  if (attempt.outcome === "timed out") return `timed out during ${attempt.stage}`;
  if (attempt.outcome === "distrusted")
    return `aborted because the ingress certificate is not trusted (${attempt.code})`;
  return `was rejected during ${attempt.stage} (${attempt.code})`;
}
