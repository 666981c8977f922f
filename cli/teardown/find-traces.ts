import { join } from "node:path";
import { readStackState } from "../engine/state.ts";
import { isThere } from "../environment/file.ts";
import { reservedBy } from "../environment/network.ts";
import { readProcessesIn } from "../environment/process-identity.ts";
import { environmentFolder, type Home } from "../home.ts";

/** Where the folder of an environment is for the moment that its removal takes. */
export function removedFolder(home: Home, name: string): string {
  return join(home.environments, `.${name}.released`);
}

/** What this machine has of an environment, whether or not it has a record: each a place where a person finds it. */
export function findTraces(home: Home, project: string, name: string): readonly string[] {
  const { directory } = environmentFolder(home, name);
  const network = reservedBy(home, name);
  const state = readStackState(home, project, name).kind;
  const processes = readProcessesIn(directory).filter(({ terminal }) => !terminal);
  return [
    ...[directory, removedFolder(home, name)].filter(isThere).map((path) => `the folder ${path}`),
    ...(network === undefined ? [] : [`the reservation ${join(home.networks, String(network))}`]),
    ...(state === "present" || state === "damaged" ? [`the stack in ${home.backend}`] : []),
    ...(processes.length === 0 ? [] : [`${processes.length} processes that work in ${directory}`]),
  ];
}
