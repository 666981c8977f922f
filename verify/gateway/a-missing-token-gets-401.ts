import type { Check } from "../check.ts";
import { checkRefusal } from "./token-refusal.ts";

export const aMissingTokenGets401: Check = {
  claim: "a missing token gets 401",
  proof: "401 with a Bearer challenge that carries no error code (RFC 6750 3.1)",
  timeoutMs: 15_000,
  run: (context) =>
    checkRefusal(context, { what: "a request without a token", expect: { status: 401, errors: [] } }),
};
