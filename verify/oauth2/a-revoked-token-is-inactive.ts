import { type Check, fail, inconclusive, pass } from "../check.ts";
import { introspectionEndpoint, postForm } from "./endpoint.ts";

export const aRevokedTokenIsInactive: Check = {
  claim: "a revoked token is inactive",
  proof:
    "RFC 7662: active before the revocation and inactive immediately after it, with no other information",
  timeoutMs: 15_000,
  async run(context) {
    const token = await context.tokens.issue();
    const introspect = (what: string) =>
      postForm(context, { what, path: introspectionEndpoint, form: [["token", token]] });
    const before = await introspect("control: before it is revoked");
    if (before.status !== 200 || before.fields.active !== true)
      return inconclusive(
        `the token should be active before it is revoked, but introspection returned ${before.status}`,
      );
    await context.tokens.revoke(token);
    const after = await introspect("after it is revoked");
    if (after.status !== 200 || after.fields.active !== false)
      return fail(
        `a revoked token should be inactive, but introspection returned ${after.status}, active: ${String(after.fields.active)}`,
      );
    // RFC 7662 section 2.2: an inactive token's response contains nothing else.
    const more = Object.keys(after.fields).filter((name) => name !== "active");
    return more.length > 0
      ? fail(`a revoked token is inactive, but the response includes ${more.join(", ")}`)
      : pass("introspection reports the token as active before the revocation and only as inactive after it");
  },
};
