import { basename, join } from "node:path";
import { isThere, readFileIfThere } from "../environment/file.ts";
import { isAlive, type ProcessIdentity } from "../environment/process-identity.ts";

/** How a running local region is reached: what it writes to `region.json` when it is ready. */
export interface RegionAddress extends ProcessIdentity {
  /** Ports on 127.0.0.1 where it answers the engine as these providers. */
  readonly providers: { readonly aws: number; readonly awsx: number };
  /** Where the AWS APIs answer, as AWS_ENDPOINT_URL. */
  readonly endpoint: string;
  readonly accountId: string;
  readonly region: string;
  /** First two numbers of its loopback network: `127.23`. */
  readonly network: string;
  /** PEM file of the authority of the region's certificates. */
  readonly authorityFile: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** The address of the region whose folder this is, as long as it lives. */
export function readRegionAddress(directory: string): RegionAddress | undefined {
  const text = readFileIfThere(join(directory, "region.json"));
  if (text === undefined) return undefined;
  try {
    const address = JSON.parse(text) as RegionAddress;
    if (typeof address.pid !== "number" || !isAlive(address)) return undefined;
    // Whole only where it was written: the folder may have been moved since.
    const { authorityFile } = address;
    const inside = join(directory, authorityFile.split(`/${basename(directory)}/`).at(-1) ?? "");
    return isThere(authorityFile) ? address : { ...address, authorityFile: inside };
  } catch {
    // Damaged: as good as none. The sweep goes by the ledger, not by this file.
    return undefined;
  }
}
