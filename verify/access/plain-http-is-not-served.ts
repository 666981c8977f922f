import { type Check, type CheckContext, fail, inconclusive, pass } from "../check.ts";
import { openDoor, requireInsider } from "../client/ingress-access.ts";
import { type Contact, contactPort } from "../client/port-contact.ts";

type Reading = "refused" | "redirected" | "served" | "unclear";

export const plainHttpIsNotServed: Check = {
  claim: "plain http is not served",
  proof: "the HTTP port is closed or only redirects to TLS; the TLS port rejects plain HTTP",
  timeoutMs: 15_000,
  async run(context) {
    await requireInsider(context);
    const { connect, plainPort } = context.target.ingress;
    const plain = plainPort === undefined ? "refused" : await readPlain(context, plainPort);
    const secure = await readPlain(context, connect.port);
    if (plain === "served") return fail(`port ${plainPort} serves plain HTTP`);
    if (secure === "served" || secure === "redirected")
      return fail(`port ${connect.port} accepts plain HTTP`);
    if (plain === "unclear" || secure === "unclear") {
      return inconclusive(
        `plain HTTP is ${plain} on port ${plainPort} and ${secure} on port ${connect.port}`,
      );
    }
    if (plainPort === undefined)
      return pass(
        `plain HTTP is refused on port ${connect.port}; port 80 belongs to another program on this machine`,
      );
    return pass(`plain HTTP is ${plain} on port ${plainPort} and refused on port ${connect.port}`);
  },
};

async function readPlain(context: CheckContext, port: number): Promise<Reading> {
  const token = await context.tokens.shared();
  const lines = [
    `GET ${openDoor} HTTP/1.1`,
    `Host: ${context.ingress.host}`,
    `Authorization: Bearer ${token}`,
    "Connection: close",
  ];
  const contact = await contactPort({
    host: context.target.ingress.connect.host,
    port,
    send: `${lines.join("\r\n")}\r\n\r\n`,
    signal: context.signal,
  });
  const head =
    contact.outcome === "spoke" ? contact.bytes.toString("latin1").split("\r\n\r\n")[0] : undefined;
  context.evidence.record(
    `plain HTTP on port ${port}`,
    head === undefined ? contact : { outcome: "spoke", head },
  );
  return judgePlain(contact);
}

function judgePlain(contact: Contact): Reading {
  if (contact.outcome === "unreachable" || contact.outcome === "closed") return "refused";
  if (contact.outcome === "unresponsive") return "unclear";
  const text = contact.bytes.toString("latin1");
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1];
  // A TLS alert, or any other response that is not HTTP, serves nothing.
  if (status === undefined || status === "400") return "refused";
  // A redirect is acceptable only if it leads to TLS.
  return status.startsWith("3") && /^location:\s*https:\/\//im.test(text) ? "redirected" : "served";
}
