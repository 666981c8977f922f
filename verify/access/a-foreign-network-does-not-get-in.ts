import { type Check, inconclusive } from "../check.ts";
import { judgeRefusal, requireInsider, tryToEnter } from "./entry.ts";

export const aForeignNetworkDoesNotGetIn: Check = {
  claim: "a foreign network does not get in",
  timeoutMs: 20_000,
  async run(context) {
    const { foreignAddress, outputs } = context.target;
    context.evidence.record("insiders' networks", outputs.access?.networks ?? "open to the public");
    if (foreignAddress === undefined) {
      return inconclusive("this machine has no address outside the insiders' networks to come from");
    }
    await requireInsider(context);
    const who = `an insider coming from ${foreignAddress}`;
    const attempt = await tryToEnter(context, who, { localAddress: foreignAddress });
    // A security group drops what it does not allow without an answer.
    return judgeRefusal(attempt, who, { silenceRefuses: true });
  },
};
