import { findHolders, listensEverywhere } from "../../machine/listeners.ts";
import { bindBriefly, isFree } from "../../machine/ports.ts";
import { readProcess } from "../../machine/process.ts";
import { RegionError } from "./errors.ts";

/** Host number for trying ports; the address book never assigns it. */
const probeHost = 9;

/** A port on one of the region's addresses: the usual one, or any free one if another program uses it. */
export async function choosePort(address: string, usual: number): Promise<number> {
  return await bindBriefly(address, usual)
    .catch(() => bindBriefly(address, 0))
    .catch(() => usual);
}

/**
 * Refuses addresses whose port another program uses on every address, before a process fails to listen there with
 * an obscure message, or worse: the other program is mistaken for it.
 *
 * @throws RegionError DMM_LOCAL_ADDRESS_TAKEN
 */
export async function refuseTakenPorts(name: string, listens: readonly string[]): Promise<void> {
  for (const address of listens) {
    const [host = "", port = ""] = address.split(":");
    if (!listensEverywhere(Number(port))) continue;
    const probe = host.replace(/\d+\.\d+$/, `0.${probeHost}`);
    // [::] may be IPv6 only; this can only be tried.
    if (await isFree(probe, Number(port))) continue;
    throw addressTaken(`${name} cannot listen on ${address}`, address);
  }
}

/** Names the process that uses an address, and the fix. */
export function addressTaken(what: string, address: string, cause?: unknown): RegionError {
  const port = address.split(":")[1];
  const holders = findHolders(address).map(({ address: taken, pid }) =>
    pid === undefined
      ? `a process of another user has ${taken}`
      : `process ${pid} (${readProcess(pid)?.command ?? "it has ended"}) has ${taken}`,
  );
  const who = [...new Set(holders)].join(", ") || "another process has it";
  const hint = `End that process (\`ss -ltnp 'sport = :${port}'\` shows it) or let it listen on a single address, then run the command again.`;
  return new RegionError("DMM_LOCAL_ADDRESS_TAKEN", { problem: `${what}: ${who}.`, hint }, cause);
}
