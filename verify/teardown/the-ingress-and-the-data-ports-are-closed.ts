import { type Check, fail, inconclusive, pass } from "../check.ts";
import { contactPort } from "../client/port-contact.ts";
import type { TeardownContext } from "./context.ts";

export const theIngressAndTheDataPortsAreClosed: Check<TeardownContext> = {
  claim: "the ingress and the data ports are closed",
  proof: "none of the environment's addresses accepts a connection",
  timeoutMs: 15_000,
  async run(context) {
    const { addresses } = context.before;
    if (addresses.length === 0) return inconclusive("no addresses of the environment were recorded");
    const contacts = await Promise.all(
      addresses.map(async ({ what, host, port }) => {
        const contact = await contactPort({ host, port, waitMs: 1_000, signal: context.signal });
        context.evidence.record(
          `${what}, ${host} port ${port}`,
          contact.outcome === "unreachable" ? contact.code : contact.outcome,
        );
        return { what: `${what} at ${host} port ${port}`, open: contact.outcome !== "unreachable" };
      }),
    );
    const open = contacts.filter((contact) => contact.open).map((contact) => contact.what);
    if (open.length > 0) return fail(`still accepts connections: ${open.join(", ")}`);
    return pass(`none of ${contacts.length} addresses accepts a connection`);
  },
};
