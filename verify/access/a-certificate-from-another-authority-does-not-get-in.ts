import type { Check } from "../check.ts";
import { judgeRefusal, requireInsider, tryToEnter } from "../client/ingress-access.ts";

export const aCertificateFromAnotherAuthorityDoesNotGetIn: Check = {
  claim: "a certificate from another authority does not get in",
  proof:
    "a certificate with the insider's subject, issuer name and serial number, signed by another key, is rejected",
  timeoutMs: 15_000,
  async run(context) {
    await requireInsider(context);
    const { forgeInsider } = await import("./forged-insider.ts");
    const insider = await forgeInsider(context.target.insider);
    const who = "a client with the same name from another authority";
    return judgeRefusal(await tryToEnter(context, who, { insider }), who);
  },
};
