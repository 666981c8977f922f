import { randomBytes } from "node:crypto";
import type { Check } from "../check.ts";
import { checkRefusal } from "./token-refusal.ts";

export const anUnknownTokenGets401: Check = {
  claim: "an unknown token gets 401",
  proof: "a well-formed token that was never issued gets 401 with `invalid_token`",
  timeoutMs: 15_000,
  run: (context) =>
    checkRefusal(context, {
      what: "a well-formed token that was never issued",
      // The form of the platform's own tokens: 32 random bytes in base64url.
      authorization: `Bearer ${randomBytes(32).toString("base64url")}`,
      expect: { status: 401, errors: ["invalid_token"] },
    }),
};
