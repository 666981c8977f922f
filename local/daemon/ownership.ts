import { createHash } from "node:crypto";
import { readProcess, readStartDate } from "../../machine/process.ts";
import { readSocketName, reserveSocketName } from "../../machine/socket-name.ts";
import { regionName } from "./end-ledger-processes.ts";
import { RegionError } from "./errors.ts";
import { readLedger } from "./ledger.ts";

interface Owner {
  readonly pid: number;
  readonly directory: string;
  readonly network: string;
}

const responseLimitMs = 500;

/**
 * Makes this process the only daemon of a folder and of a network. The lock is a name in Linux' abstract socket
 * namespace: the kernel releases it however the process ends, and a refused process asks the holder for its identity.
 *
 * @throws RegionError DMM_LOCAL_RUNNING naming the pid of the holder and since when it runs
 */
export async function takeOwnership(directory: string, network: string): Promise<void> {
  const owner: Owner = { pid: process.pid, directory, network };
  await claim(lockName("directory", directory), owner, `The region in ${directory}`, directory);
  await claim(lockName("network", network), owner, `The network ${network}.0.0/16`, directory);
}

function lockName(kind: string, value: string): string {
  return `dmm-env/${kind}/${createHash("sha256").update(value).digest("hex").slice(0, 32)}`;
}

async function claim(name: string, owner: Owner, what: string, directory: string): Promise<void> {
  if (await reserveSocketName(name, JSON.stringify(owner))) return;
  const holder = parseOwner(await readSocketName(name, responseLimitMs)) ?? recordedHolder(directory);
  throw new RegionError("DMM_LOCAL_RUNNING", { what, holder: describe(holder) });
}

function parseOwner(text: string | undefined): Owner | undefined {
  try {
    return JSON.parse(text ?? "") as Owner;
  } catch {
    return undefined;
  }
}

/** A holder that does not respond (stopped or hanging) is identified by its ledger. */
function recordedHolder(directory: string): Pick<Owner, "pid"> | undefined {
  return readLedger(directory).find((entry) => entry.name === regionName)?.process;
}

function describe(holder: (Pick<Owner, "pid"> & Partial<Owner>) | undefined): string {
  const status = holder && readProcess(holder.pid);
  if (!holder || !status) return "its process does not say who it is";
  const since = readStartDate(status).toISOString();
  const where = holder.directory === undefined ? "" : ` (${holder.directory}, ${holder.network})`;
  return `pid ${holder.pid} runs since ${since}${where}`;
}
