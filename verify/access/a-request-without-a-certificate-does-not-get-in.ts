import type { Check } from "../check.ts";
import { judgeRefusal, requireInsider, tryToEnter } from "../client/ingress-access.ts";

export const aRequestWithoutACertificateDoesNotGetIn: Check = {
  claim: "a request without a certificate does not get in",
  proof: "a request with a valid token, but without a client certificate, is rejected",
  timeoutMs: 15_000,
  async run(context) {
    await requireInsider(context);
    const who = "a client without a certificate";
    return judgeRefusal(await tryToEnter(context, who, { insider: null }), who);
  },
};
