import { BlockList, isIPv6 } from "node:net";
import { type Check, inconclusive } from "../check.ts";
import { judgeRefusal, requireInsider, tryToEnter } from "../client/ingress-access.ts";

export const aClientOutsideTheAllowedNetworksDoesNotGetIn: Check = {
  claim: "a client outside the allowed networks does not get in",
  proof:
    "an insider with a grant and a token is rejected when connecting from an address outside the insiders' networks; inconclusive if the machine has no such address",
  timeoutMs: 20_000,
  async run(context) {
    const { foreignAddress, outputs } = context.target;
    const networks = outputs.access?.networks;
    context.evidence.record("insiders' networks", networks ?? "open to the public");
    if (networks === undefined)
      return inconclusive("the ingress is open to the public, so no network is excluded");
    if (foreignAddress === undefined) {
      return inconclusive("this machine has no address outside the insiders' networks");
    }
    if (isWithin(foreignAddress, networks)) {
      return inconclusive(`${foreignAddress} is within the insiders' networks ${networks.join(", ")}`);
    }
    await requireInsider(context);
    const who = `an insider coming from ${foreignAddress}`;
    const attempt = await tryToEnter(context, who, { localAddress: foreignAddress });
    // A security group drops traffic that it does not allow without a response.
    return judgeRefusal(attempt, who, { timeoutRefuses: true });
  },
};

function isWithin(address: string, networks: readonly string[]): boolean {
  const list = new BlockList();
  for (const network of networks) {
    const [base = "", length = "0"] = network.split("/");
    list.addSubnet(base, Number(length), isIPv6(base) ? "ipv6" : "ipv4");
  }
  return list.check(address, isIPv6(address) ? "ipv6" : "ipv4");
}
