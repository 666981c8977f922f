import { basename, join } from "node:path";
import { isPresent, readFileIfPresent } from "../../machine/files.ts";
import { isAlive, type ProcessIdentity } from "../../machine/process.ts";

/** How to reach a running local region: the content of `region.json` when it is ready. */
export interface RegionAddress extends ProcessIdentity {
  /** Ports on 127.0.0.1 of its providers for the engine. */
  readonly providers: { readonly aws: number; readonly awsx: number };
  /** URL of the AWS APIs, for AWS_ENDPOINT_URL. */
  readonly endpoint: string;
  readonly accountId: string;
  readonly region: string;
  /** First two octets of its loopback network: `127.23`. */
  readonly network: string;
  /** PEM file of the authority of the region's certificates. */
  readonly authorityFile: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** The address of the region of this folder, as long as it runs. */
export function readRegionAddress(directory: string): RegionAddress | undefined {
  const text = readFileIfPresent(join(directory, "region.json"));
  if (text === undefined) return undefined;
  try {
    const address = JSON.parse(text) as RegionAddress;
    if (typeof address.pid !== "number" || !isAlive(address)) return undefined;
    // Valid only where it was written: the folder may have been moved since.
    const { authorityFile } = address;
    const inside = join(directory, authorityFile.split(`/${basename(directory)}/`).at(-1) ?? "");
    return isPresent(authorityFile) ? address : { ...address, authorityFile: inside };
  } catch {
    // Damaged: treated as absent. The sweep uses the ledger, not this file.
    return undefined;
  }
}
