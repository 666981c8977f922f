import { join } from "node:path";
import { readFileIfPresent } from "../../machine/files.ts";
import { readStateAccounts } from "../engine/state.ts";
import { reservedBy } from "../environment/network.ts";
import { readOwnProcesses } from "../environment/own-processes.ts";
import { type EnvironmentFolder, environmentFolder, type Home } from "../home.ts";
import { readLedger } from "../region/ledger.ts";

/** The loopback network of an environment that is to be torn down. */
export interface FoundNetwork {
  readonly network?: number;
  /** Contradictions between the files, for the operator and the proof. */
  readonly contradiction?: string;
}

/**
 * The number of an environment's loopback network. Its record, the reservation, the region's files and Pulumi's
 * state each have it, and each may be damaged. If they differ, the kernel decides: the network on which processes
 * of the environment listen.
 */
export function findNetwork(
  home: Home,
  {
    project,
    name,
    recorded,
  }: { readonly project: string; readonly name: string; readonly recorded?: number },
): FoundNetwork {
  const folder = environmentFolder(home, name);
  const sources = [
    ["the reservation", reservedBy(home, name)],
    ["the region's files", readRegionNetwork(folder)],
    ["Pulumi's state", networkOfState(home, project, name)],
    ["the record", recorded],
  ] as const;
  const known = sources.filter(([, number]) => number !== undefined);
  const [first] = known;
  const seen = readServedNetworks(folder.directory);
  const number = seen.length === 1 ? seen[0] : first?.[1];
  if (number === undefined) return {};
  if (known.every(([, other]) => other === number)) return { network: number };
  const said = known.map(([source, other]) => `${source} names 127.${other}`).join(", ");
  const how = seen.length === 1 ? "on which its processes listen" : `by ${first?.[0]}`;
  return {
    network: number,
    contradiction: `The files of the environment contradict each other: ${said}. Its network is 127.${number}, ${how}.`,
  };
}

/** Loopback networks on which processes of the environment listen; 127.0 is shared. */
function readServedNetworks(directory: string): readonly number[] {
  const networks = readOwnProcesses(directory).flatMap((process) => process.networks);
  return [...new Set(networks)].filter((network) => network !== 0);
}

/** The local region's account numbers are derived from its network: 127.23 is 127023000000. */
export function isLocalAccount(account: string): boolean {
  return /^127\d{3}000000$/.test(account);
}

function networkOfState(home: Home, project: string, name: string): number | undefined {
  const account = readStateAccounts(home, project, name).find(isLocalAccount);
  return account === undefined ? undefined : Number(account.slice(3, 6));
}

/** The network of a region from its own files. */
function readRegionNetwork(folder: EnvironmentFolder): number | undefined {
  const region = readFileIfPresent(join(folder.region, "region.json")) ?? "";
  const number =
    /"network":\s*"127\.(\d+)"/.exec(region)?.[1] ??
    readLedger(folder.region)
      .flatMap(({ listens }) => listens)
      .map((address) => /\b127\.(\d+)\.\d+\.\d+:/.exec(address)?.[1])
      .find((found) => found !== undefined);
  return number === undefined ? undefined : Number(number);
}
