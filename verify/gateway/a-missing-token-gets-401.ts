import type { Check } from "../check.ts";
import { checkRefusal } from "./token-refusal.ts";

export const aMissingTokenGets401: Check = {
  claim: "a missing token gets 401",
  timeoutMs: 15_000,
  run: (context) =>
    checkRefusal(context, { what: "a request without a token", expect: { status: 401, errors: [] } }),
};
