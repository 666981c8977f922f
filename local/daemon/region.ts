import { mkdirSync, realpathSync } from "node:fs";
import { join } from "node:path";
import type { Image, Region, Tool, ToolName } from "../region.ts";
import { AddressBook } from "./addresses.ts";
import { RegionCertificates } from "./certificates.ts";
import { Ledger } from "./ledger.ts";
import { RegionLog } from "./region-log.ts";
import { ResourceJournal } from "./resources.ts";
import { ProcessSupervisor } from "./supervisor.ts";

export interface RegionOptions {
  readonly directory: string;
  /** Default: the environment variable DMM_ENV_CACHE, otherwise beside the environments' folders. */
  readonly cache?: string;
  /** The first two numbers of the loopback block: `127.23`. */
  readonly network: string;
  /** The first two octets of the loopback block: `127.23`. */
  readonly name: string;
  readonly tools: Readonly<Record<ToolName, Tool>>;
  readonly images: Readonly<Record<string, Image>>;
  /** Port of the AWS APIs, if another program uses the default one. */
  readonly endpointPort?: number;
  /** Deletion only: an invalid journal line is skipped instead of refused. */
  readonly releasing?: boolean;
}

/** A region with the methods that only its daemon may call. */
export interface OwnedRegion extends Region {
  readonly ledger: Ledger;
  readonly regionLog: RegionLog;
  readonly resources: ResourceJournal;
  readonly supervisor: ProcessSupervisor;
  readonly certificates: RegionCertificates;
  /** Ends every process in order and closes the files; resources stay stored. */
  close(): Promise<void>;
}

/** Host numbers of the region's own listeners; the rest of zone 0 is assigned by {@link AddressBook}. */
export const usualEndpointPort = 4566;
const usualMotoPort = 5000;

/**
 * Opens the region of a folder, new or stored. The caller has ensured that no other daemon owns the folder and
 * that nothing of an earlier run is left (see {@link endStrays}): the ledger is truncated.
 */
export async function createRegion(options: RegionOptions): Promise<OwnedRegion> {
  mkdirSync(options.directory, { recursive: true, mode: 0o700 });
  const directory = realpathSync(options.directory);
  const regionLog = new RegionLog(directory);
  const resources = new ResourceJournal(directory, {
    lenient: options.releasing ?? false,
    onInvalid: (line) => regionLog.write("journal.line-passed-over", { line }),
  });
  const ledger = new Ledger(directory);
  const supervisor = new ProcessSupervisor(directory, ledger, regionLog);
  const certificates = new RegionCertificates(directory, options.name);
  return {
    name: options.name,
    accountId: deriveAccountId(options.network),
    network: options.network,
    availabilityZones: ["a", "b", "c"].map((letter) => `${options.name}${letter}`),
    directory,
    cache: options.cache ?? process.env.DMM_ENV_CACHE ?? join(directory, "..", "..", "..", "cache"),
    tools: options.tools,
    images: options.images,
    endpoint: `http://${options.network}.0.2:${options.endpointPort ?? usualEndpointPort}`,
    moto: `http://${options.network}.0.3:${usualMotoPort}`,
    authorityFile: join(directory, "certificates", "authority.pem"),
    resources,
    supervisor,
    addresses: new AddressBook(directory, options.network, { lenient: options.releasing ?? false }),
    certificates,
    ledger,
    regionLog,
    log: (event, details) => regionLog.write(event, details),
    async close() {
      await supervisor.close();
      ledger.close();
      resources.close();
    },
  };
}

/** Twelve digits that are unique per region of a machine and stable: 127.23 is account 127023000000. */
function deriveAccountId(network: string): string {
  const [first = "127", second = "0"] = network.split(".");
  return `${first.padStart(3, "0")}${second.padStart(3, "0")}000000`;
}
