import { networkInterfaces } from "node:os";
import { connect } from "node:tls";
import { type Check, type CheckContext, fail, inconclusive, pass } from "../check.ts";
import { requireInsider } from "../client/ingress-access.ts";
import { contactPort } from "../client/port-contact.ts";
import { dataPorts, type Reading } from "./data-ports.ts";

export const noDataPortServesUnauthenticatedClients: Check = {
  claim: "no data port serves unauthenticated clients",
  proof:
    "database and cache reject an unauthenticated client before any command; locally, no process of the environment listens on the machine's other addresses",
  timeoutMs: 30_000,
  async run(context) {
    await requireInsider(context);
    const readings = [...(await readFromOutside(context)), ...(await readOtherInterfaces(context))];
    for (const reading of readings)
      context.evidence.record(reading.what, `${reading.outcome}: ${reading.detail}`);
    const served = readings.filter((reading) => reading.outcome === "served");
    if (served.length > 0)
      return fail(served.map((reading) => `${reading.what} ${reading.detail}`).join("; "));
    const unclear = readings.filter((reading) => reading.outcome === "unclear");
    if (unclear.length > 0)
      return inconclusive(unclear.map((reading) => `${reading.what} ${reading.detail}`).join("; "));
    return pass(`${readings.length} connections to the database and the cache from outside are refused`);
  },
};

/** The endpoints themselves, from an outside address; if there is none, this machine is outside already. */
async function readFromOutside(context: CheckContext): Promise<readonly Reading[]> {
  const localAddress = context.target.foreignAddress;
  return await Promise.all(
    dataPorts(context.target.outputs).map(async (port) => {
      const contact = await contactPort({ ...port.target, localAddress, signal: context.signal });
      return { what: `${port.what} from ${localAddress ?? "outside"}`, ...port.judge(contact) };
    }),
  );
}

/**
 * On the local target the environment may listen on loopback addresses only, and not on the machine's other
 * addresses.
 */
async function readOtherInterfaces(context: CheckContext): Promise<readonly Reading[]> {
  if (context.target.kind !== "local") return [];
  const { outputs, ingress } = context.target;
  const ports = new Set([outputs.database.port, outputs.cache.port, ingress.connect.port]);
  const addresses = Object.entries(networkInterfaces()).flatMap(([name, entries]) =>
    (entries ?? [])
      .filter((entry) => !entry.internal)
      .map((entry) => (entry.address.startsWith("fe80:") ? `${entry.address}%${name}` : entry.address)),
  );
  const pairs = addresses.flatMap((host) => [...ports].map((port) => ({ host, port })));
  return await Promise.all(
    pairs.map(async ({ host, port }): Promise<Reading> => {
      const contact = await contactPort({ host, port, waitMs: 500, signal: context.signal });
      const what = `${host} port ${port}`;
      if (contact.outcome === "unreachable") return { what, outcome: "refused", detail: contact.code };
      // Other programs of this machine may serve port 443 on their own address.
      if (port === ingress.connect.port && !(await showsOurCertificate(context, host)))
        return { what, outcome: "refused", detail: "belongs to another program on this machine" };
      return { what, outcome: "served", detail: "has a listener outside the loopback network" };
    }),
  );
}

/** Whether a listener has the environment's certificate, which makes it the ingress. */
function showsOurCertificate({ target, signal }: CheckContext, host: string): Promise<boolean> {
  const { url, connect: way, authority } = target.ingress;
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ host, port: way.port, servername: new URL(url).hostname, ca: authority });
  const leave = () => socket.destroy();
  socket.setTimeout(2_000, leave);
  signal.addEventListener("abort", leave, { once: true });
  socket.once("secureConnect", () => resolve(socket.authorized));
  // Our missing certificate is refused only after its own was accepted.
  socket.on("error", () => {});
  socket.once("close", () => resolve(false));
  return promise.finally(() => {
    signal.removeEventListener("abort", leave);
    socket.destroy();
  });
}
