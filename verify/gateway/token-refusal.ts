import { type CheckContext, type Finding, fail, pass } from "../check.ts";
import type { Responded } from "../client/attempt.ts";
import { parseChallenges } from "../client/challenge.ts";
import { ask, requireResponse } from "../client/insider-request.ts";

export const guardedRoute = "/verify/echo";

export interface Expectation {
  readonly status: 401 | 403;
  /**
   * Allowed `error` codes (RFC 6750 section 3.1); empty: the challenge must not have one, as the request had no
   * token.
   */
  readonly errors: readonly string[];
}

/** Requests the guarded route with the given Authorization field and evaluates the refusal. */
export async function checkRefusal(
  context: CheckContext,
  request: { readonly what: string; readonly authorization?: string; readonly expect: Expectation },
): Promise<Finding> {
  await requireResponse(context, guardedRoute);
  const response = await ask(context, {
    what: request.what,
    path: guardedRoute,
    ...(request.authorization === undefined ? {} : { headers: { authorization: request.authorization } }),
  });
  return judgeRefusal(response, request.what, request.expect);
}

export function judgeRefusal(response: Responded, what: string, expect: Expectation): Finding {
  if (response.status !== expect.status)
    return fail(`${what} should return ${expect.status} but returned ${response.status}`);
  const field = response.headers["www-authenticate"];
  const problem = field === undefined ? "there is none" : findChallengeProblem(field, expect);
  if (problem) return fail(`${what} returns ${expect.status}, but WWW-Authenticate is wrong: ${problem}`);
  return pass(`${what} returns ${expect.status} with ${field}`);
}

/** RFC 6750 section 3: one Bearer challenge, with an error code if and only if the request had a token. */
function findChallengeProblem(field: string, expect: Expectation): string | undefined {
  const challenges = parseChallenges(field);
  if (challenges === undefined) return `${field} does not follow the grammar`;
  const bearer = challenges.find((challenge) => challenge.scheme.toLowerCase() === "bearer");
  if (bearer === undefined) return `${field} has no Bearer challenge`;
  const { error } = bearer.parameters;
  if (expect.errors.length === 0)
    return error === undefined ? undefined : `error=${error} though no token was sent`;
  if (error === undefined) return `it has no error code; expected ${expect.errors.join(" or ")}`;
  return expect.errors.includes(error) ? undefined : `error=${error}; expected ${expect.errors.join(" or ")}`;
}
