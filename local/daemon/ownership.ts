import { createHash } from "node:crypto";
import { connect, createServer, type Server } from "node:net";
import { RegionError } from "./errors.ts";
import { readLedger } from "./ledger.ts";
import { readBeginning, readProcess } from "./process-identity.ts";
import { regionName } from "./strays.ts";

interface Owner {
  readonly pid: number;
  readonly directory: string;
  readonly network: string;
}

const responseLimitMs = 500;

/**
 * Makes this process the only daemon of a folder and of a network. The lock is a name in Linux' abstract socket
 * namespace: the kernel gives it back whatever way the process ends, and whoever is refused asks the holder who it is.
 *
 * @throws RegionError DMM_LOCAL_RUNNING naming the pid of the holder and since when it runs
 */
export async function takeOwnership(directory: string, network: string): Promise<void> {
  const owner: Owner = { pid: process.pid, directory, network };
  await claim(lockName("directory", directory), owner, `The region in ${directory}`, directory);
  await claim(lockName("network", network), owner, `The network ${network}.0.0/16`, directory);
}

function lockName(kind: string, value: string): string {
  return `\0dmm-env/${kind}/${createHash("sha256").update(value).digest("hex").slice(0, 32)}`;
}

async function claim(name: string, owner: Owner, what: string, directory: string): Promise<void> {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.end(JSON.stringify(owner));
  });
  if (await listen(server, name)) {
    server.unref();
    return;
  }
  const holder = (await askHolder(name)) ?? recordedHolder(directory);
  throw new RegionError("DMM_LOCAL_RUNNING", { what, holder: describe(holder) });
}

async function listen(server: Server, name: string): Promise<boolean> {
  return await new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(false);
      else reject(error);
    });
    server.listen(name, () => resolve(true));
  });
}

async function askHolder(name: string): Promise<Owner | undefined> {
  return await new Promise((resolve) => {
    const socket = connect(name);
    let response = "";
    const finish = (): void => {
      socket.destroy();
      try {
        resolve(JSON.parse(response) as Owner);
      } catch {
        resolve(undefined);
      }
    };
    socket.setEncoding("utf8").on("data", (chunk) => {
      response += chunk;
    });
    socket.once("end", finish).once("error", finish).setTimeout(responseLimitMs, finish);
  });
}

/** A holder that does not respond (stopped or hanging) is identified by its ledger. */
function recordedHolder(directory: string): Pick<Owner, "pid"> | undefined {
  return readLedger(directory).find((entry) => entry.name === regionName)?.process;
}

function describe(holder: (Pick<Owner, "pid"> & Partial<Owner>) | undefined): string {
  const status = holder && readProcess(holder.pid);
  if (!holder || !status) return "its process does not say who it is";
  const since = readBeginning(status).toISOString();
  const where = holder.directory === undefined ? "" : ` (${holder.directory}, ${holder.network})`;
  return `pid ${holder.pid} runs since ${since}${where}`;
}
