import { join } from "node:path";
import { isPresent } from "../../machine/files.ts";
import { readProcessesIn } from "../../machine/process-files.ts";
import { readStackState } from "../engine/state.ts";
import { reservedBy } from "../environment/network.ts";
import { environmentFolder, type Home } from "../home.ts";

/** Location of an environment's folder while it is being removed. */
export function removedFolder(home: Home, name: string): string {
  return join(home.environments, `.${name}.released`);
}

/** All traces of an environment on this machine, with or without a record, each with its path. */
export function findTraces(home: Home, project: string, name: string): readonly string[] {
  const { directory } = environmentFolder(home, name);
  const network = reservedBy(home, name);
  const state = readStackState(home, project, name).kind;
  const processes = readProcessesIn(directory).filter(({ terminal }) => !terminal);
  return [
    ...[directory, removedFolder(home, name)].filter(isPresent).map((path) => `the folder ${path}`),
    ...(network === undefined ? [] : [`the reservation ${join(home.networks, String(network))}`]),
    ...(state === "present" || state === "damaged" ? [`the stack in ${home.backend}`] : []),
    ...(processes.length === 0 ? [] : [`${processes.length} processes that work in ${directory}`]),
  ];
}
