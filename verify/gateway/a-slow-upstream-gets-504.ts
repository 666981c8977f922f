import { type Check, fail, pass } from "../check.ts";
import { ask, requireResponse } from "../client/insider-request.ts";

const route = "/verify/slow";
/** The route's limit for the first byte, and the tolerance of the response time. */
const limitMs = 1_000;
const toleranceMs = 1_500;

export const aSlowUpstreamGets504: Check = {
  claim: "a slow upstream gets 504",
  proof: "an upstream slower than its route's timeout of 1 s gets 504, at the timeout and not before",
  timeoutMs: 20_000,
  async run(context) {
    await requireResponse(context, `${route}?ms=0`);
    const path = `${route}?ms=${limitMs * 5}`;
    const response = await ask(context, { what: `GET ${path}`, path, token: await context.tokens.shared() });
    if (response.status !== 504) return fail(`GET ${path} should return 504 but returned ${response.status}`);
    const late = response.elapsedMs > limitMs + toleranceMs;
    // Before its time limit an upstream is not slow.
    if (late || response.elapsedMs < limitMs * 0.9) {
      return fail(
        `GET ${path} returns 504 after ${response.elapsedMs} ms; the route's limit is ${limitMs} ms`,
      );
    }
    return pass(
      `GET ${path} returns 504 after ${response.elapsedMs} ms, at the route's limit of ${limitMs} ms`,
    );
  },
};
