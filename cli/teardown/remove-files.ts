import { renameSync, rmSync } from "node:fs";
import { explainFileError, isPresent } from "../../machine/files.ts";
import { readStackState, removeStackFiles } from "../engine/state.ts";
import type { Progress } from "../report/steps.ts";
import type { InspectedDown } from "./down-stages.ts";
import { removedFolder } from "./find-traces.ts";
import type { Leftover } from "./leftover.ts";
import { judge, stateGone } from "./statements.ts";

/**
 * Removes every file of the environment, but only once the inventory is clean: the record, the ledger and the
 * state are the way back to any leftover. The folder is renamed atomically first, so that a kill in between leaves
 * nothing that looks like an environment. The reservation of the network stays until the proof is signed.
 */
export async function removeFiles(run: InspectedDown, progress: Progress): Promise<InspectedDown> {
  const { session, folder, name, project } = run;
  if (judge(run.statements) !== "nothing is left") {
    progress("kept: the teardown is incomplete or unproven");
    return run;
  }
  removeStackFiles(session.home, project.name, name);
  const aside = removedFolder(session.home, name);
  try {
    rmSync(aside, { recursive: true, force: true });
    if (isPresent(folder.directory)) renameSync(folder.directory, aside);
    rmSync(aside, { recursive: true, force: true });
  } catch (cause) {
    throw explainFileError(folder.directory, cause);
  }
  const found = findFiles(run);
  const statement = stateGone(
    "No file of the environment and no Pulumi state is left.",
    found.map(({ kind, what }) => `${kind} ${what}`),
    `${session.home.environments} and ${session.home.backend}`,
  );
  progress(found.length === 0 ? "nothing left" : `${found.length} left`);
  return {
    ...run,
    leftovers: [...run.leftovers, ...found],
    statements: [...run.statements, statement],
  };
}

function findFiles({ session, folder, name, project }: InspectedDown): readonly Leftover[] {
  const paths = [folder.directory, removedFolder(session.home, name)].filter((path) => isPresent(path));
  const state = readStackState(session.home, project.name, name);
  const found: Leftover[] = paths.map((what) => ({ kind: "file", what }));
  if (state.kind === "present" || state.kind === "damaged")
    found.push({ kind: "state", what: `Pulumi stack ${name} in ${session.home.backend}` });
  return found;
}
