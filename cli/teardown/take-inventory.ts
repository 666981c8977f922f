import { readProcess } from "../../machine/process.ts";
import { readProcessesIn } from "../../machine/process-files.ts";
import { accessAws } from "../access/aws-access.ts";
import { isMissingFolder } from "../engine/backend.ts";
import { readStackState } from "../engine/state.ts";
import { readNetworkListeners } from "../environment/network.ts";
import { ownBackend } from "../home.ts";
import type { Progress } from "../report/steps.ts";
import type { InspectedDown, StoppedDown } from "./down-stages.ts";
import { type Statement, stateGone } from "./statements.ts";

/**
 * The leftovers, without Pulumi's state: on this machine from the kernel's list of processes and listeners and the
 * region's ledger; on AWS from the tags. Only then are files removed.
 */
export async function takeInventory(run: StoppedDown, progress: Progress): Promise<InspectedDown> {
  const found = run.target === "local" ? stockHere(run) : await stockAtAws(run);
  progress(found.leftovers.length === 0 ? "nothing left" : `${found.leftovers.length} leftovers`);
  return { ...run, ...found };
}

type Stock = Pick<InspectedDown, "leftovers" | "statements">;

function stockHere(run: StoppedDown): Stock {
  const { folder, network, inventory } = run;
  const processes = readProcessesIn(folder.directory).map(
    ({ pid, command }) => `${pid} ${command} (works in ${folder.directory})`,
  );
  for (const { pid, name, why } of inventory?.processes ?? []) {
    if (readProcess(pid) !== undefined && !processes.some((what) => what.startsWith(`${pid} `)))
      processes.push(`${pid} ${name} (${why})`);
  }
  const listeners = network === undefined ? [] : readNetworkListeners(network);
  const unknown = network === undefined && processes.length > 0;
  const where =
    network === undefined
      ? "the processes above; no file names its network, and no process is left that could listen"
      : `127.${network}.0.0/16, from the kernel's list of listeners`;
  return {
    leftovers: [
      ...processes.map((what) => ({ kind: "process", what }) as const),
      ...listeners.map((what) => ({ kind: "listener", what }) as const),
    ],
    statements: [
      stateGone(
        "No process of the environment runs.",
        processes,
        "the region's ledger and the working folders and open files of all processes",
      ),
      unknown
        ? {
            statement: "Nothing listens in the environment's network.",
            outcome: "not observed",
            evidence: "no file names its network, and processes of it still run",
          }
        : stateGone("Nothing listens in the environment's network.", listeners, where),
      ...describeStack(run),
      describeIngress(run, listeners.length === 0 && (network !== undefined || processes.length === 0)),
    ],
  };
}

/** Files of a stack are removed with the others; only the engine can remove a stack in another backend. */
function describeStack({ session, project, name, deletion }: StoppedDown): readonly Statement[] {
  const { backend } = session.home;
  const statement = "Pulumi's stack is removed.";
  if (deletion === undefined && isMissingFolder(backend) && backend !== ownBackend(session.home))
    return [{ statement, outcome: "not observed", evidence: `${backend} does not exist` }];
  if (readStackState(session.home, project.name, name).kind !== "elsewhere") return [];
  return [
    deletion === undefined
      ? {
          statement,
          outcome: "not observed",
          evidence: `the engine did not finish with ${session.home.backend}`,
        }
      : { statement, outcome: "observed", evidence: deletion },
  ];
}

/** Every resource that can be tagged carries the tag with the environment's name. */
async function stockAtAws(run: StoppedDown): Promise<Stock> {
  const { name, project, deletion } = run;
  const tagged = await readTagged(project.region, name);
  const where = `what the Resource Groups Tagging API lists for the tag dmm:environment=${name}`;
  const statements: Statement[] = [
    deletion === undefined
      ? {
          statement: "The engine deleted every resource of the stack.",
          outcome: "not observed",
          evidence: "it did not run",
        }
      : {
          statement: "The engine deleted every resource of the stack.",
          outcome: "observed",
          evidence: deletion,
        },
    typeof tagged === "string"
      ? { statement: "No tagged resource is left.", outcome: "not observed", evidence: tagged }
      : stateGone("No tagged resource is left.", tagged, where),
    describeIngress(run, run.resourcesDeleted > 0),
  ];
  const found = typeof tagged === "string" ? [] : tagged;
  return { leftovers: found.map((what) => ({ kind: "resource", what })), statements };
}

/** Closed before anything was deleted, or gone with everything else: either way no client gets in. */
function describeIngress({ closure, target }: StoppedDown, gone: boolean): Statement {
  const statement = "The ingress admits nobody.";
  const refusals = closure.refusals.map(({ client, reason }) => `${client}: ${reason}`).join(", ");
  const evidence = [closure.note, refusals].filter(Boolean).join(" ");
  if (closure.closed || gone) {
    const deleted = target === "aws" ? "The engine deleted the load balancer." : "Nothing listens there now.";
    return {
      statement,
      outcome: "observed",
      evidence: [evidence, gone ? deleted : ""].filter(Boolean).join(" "),
    };
  }
  return { statement, outcome: "not observed", evidence: evidence || "no client could connect" };
}

/** ARNs, or why they could not be read. */
async function readTagged(region: string, name: string): Promise<string[] | string> {
  const { GetResourcesCommand, ResourceGroupsTaggingAPIClient } = await import(
    "@aws-sdk/client-resource-groups-tagging-api"
  );
  const client = new ResourceGroupsTaggingAPIClient(accessAws(region));
  const found: string[] = [];
  let token: string | undefined;
  try {
    do {
      const page = await client.send(
        new GetResourcesCommand({
          TagFilters: [{ Key: "dmm:environment", Values: [name] }],
          ...(token && { PaginationToken: token }),
        }),
      );
      for (const { ResourceARN } of page.ResourceTagMappingList ?? []) found.push(ResourceARN ?? "?");
      token = page.PaginationToken || undefined;
    } while (token !== undefined);
    return found;
  } catch (cause) {
    return `AWS did not list the resources: ${(cause as Error).message}`;
  } finally {
    client.destroy();
  }
}
