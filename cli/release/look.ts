import { accessAws } from "../access/aws-access.ts";
import { readStackState } from "../engine/state.ts";
import { isThere } from "../environment/file.ts";
import { claimedBy, readListeners } from "../environment/network.ts";
import { readProcessesIn, readStartTime } from "../environment/process-identity.ts";
import { OperatorError } from "../errors.ts";
import type { Progress } from "../report/reporter.ts";
import type { DownRun } from "./down-run.ts";
import { releasedFolder } from "./end-region.ts";

/** Something that should be gone. */
export interface LeftOver {
  readonly kind: "process" | "listener" | "file" | "state" | "resource";
  /** What and where, so that a person finds it. */
  readonly what: string;
}

/**
 * The second of two looks, neither of which asks Pulumi. The first was the region's inventory, when it had ended:
 * ledger, open files, listeners. This one is our own, when everything is said to be gone: the kernel's list of
 * listeners, the folders, the state's files. On AWS it goes by tags.
 */
export async function lookForLeftOvers(run: DownRun, progress: Progress): Promise<void> {
  run.leftOver = run.target === "local" ? lookHere(run) : await lookAtAws(run);
  progress(run.leftOver.length === 0 ? "nothing" : `${run.leftOver.length} things`);
}

/** Throws DMM_LEFT_OVER naming each. */
export function refuseLeftOvers({ name, leftOver }: Pick<DownRun, "name" | "leftOver">): void {
  if (leftOver.length === 0) return;
  throw new OperatorError("DMM_LEFT_OVER", {
    name,
    items: leftOver.map(({ kind, what }) => `${kind} ${what}`).join("; "),
  });
}

function lookHere(run: DownRun): readonly LeftOver[] {
  const { session, folder, network, name, project, inventory } = run;
  const found: LeftOver[] = [];
  for (const { pid, command } of readProcessesIn(folder.directory)) {
    found.push({ kind: "process", what: `${pid} ${command} (works in ${folder.directory})` });
  }
  for (const { pid, name: program, why } of inventory?.processes ?? []) {
    if (readStartTime(pid) !== undefined && !found.some(({ what }) => what.startsWith(`${pid} `)))
      found.push({ kind: "process", what: `${pid} ${program} (${why})` });
  }
  for (const address of network === undefined ? [] : readListeners(network))
    found.push({ kind: "listener", what: address });
  for (const path of [folder.directory, releasedFolder(run)]) {
    if (isThere(path)) found.push({ kind: "file", what: path });
  }
  const state = readStackState(session.home, project.name, name);
  if (state.kind === "present" || state.kind === "damaged")
    found.push({ kind: "state", what: `Pulumi stack ${name}` });
  if (claimedBy(session.home, name) !== undefined)
    found.push({ kind: "file", what: `network claim of ${name}` });
  return found;
}

/** Every resource carries the tag with the environment's name. */
async function lookAtAws({ name, project }: DownRun): Promise<readonly LeftOver[]> {
  const { GetResourcesCommand, ResourceGroupsTaggingAPIClient } = await import(
    "@aws-sdk/client-resource-groups-tagging-api"
  );
  const client = new ResourceGroupsTaggingAPIClient(accessAws(project.region));
  const found: LeftOver[] = [];
  let token: string | undefined;
  do {
    const page = await client.send(
      new GetResourcesCommand({
        TagFilters: [{ Key: "dmm:environment", Values: [name] }],
        ...(token && { PaginationToken: token }),
      }),
    );
    for (const { ResourceARN } of page.ResourceTagMappingList ?? [])
      found.push({ kind: "resource", what: ResourceARN ?? "?" });
    token = page.PaginationToken || undefined;
  } while (token !== undefined);
  return found;
}
