import { accessAws } from "../access/aws-access.ts";
import { type ClientIdentity, type Entrance, findEntrance, knock } from "../access/entrance.ts";
import { isValid, listGrants, readGrant } from "../access/grants.ts";
import { revocableGrants, revokeGrants } from "../access/revoke.ts";
import { operatorGrant } from "../making/claim.ts";
import { readClient } from "../making/prove-serving.ts";
import type { Progress } from "../report/reporter.ts";
import type { DownRun } from "./down-run.ts";

/** What clients met at the entrance after every grant had been revoked. */
export interface ClosureProof {
  readonly revoked: readonly string[];
  /** One line per client that knocked: who, and how it was refused. */
  readonly refusals: readonly { readonly client: string; readonly reason: string }[];
  /** Why nobody knocked, where there was no entrance. */
  readonly note?: string;
}

const withinMs = { local: 5_000, aws: 60_000 } as const;

/**
 * Access first: revokes every grant and proves with real requests that neither an insider nor anybody else gets in any
 * more. Only then is anything deleted.
 */
export async function closeEntrance(run: DownRun, progress: Progress): Promise<void> {
  const { folder, outputs, region, target, project } = run;
  const grants = revocableGrants(folder.access);
  if (outputs?.access == null || (target === "local" && region === undefined)) {
    run.closure = {
      revoked: [],
      refusals: [],
      note: "There was no entrance: the environment had not come that far.",
    };
    return progress("there is no entrance");
  }
  const entrance = findEntrance(outputs, region);
  const insider = readInsider(folder.access);
  if (await isShut(entrance, insider)) {
    // A region that was started for the release alone serves nobody, and has no trust store to tell.
    run.closure = {
      revoked: [],
      ...(await refusals(entrance, insider)),
      note: "The entrance did not serve any more.",
    };
    return progress("it served nobody any more");
  }
  try {
    await revokeGrants(folder.access, grants, {
      aws: accessAws(project.region, region),
      trustStore: outputs.access,
    });
  } catch (error) {
    run.detours.push(
      `The grants could not be revoked (${(error as Error).message}); the entrance was deleted with them.`,
    );
  }
  const until = performance.now() + withinMs[target];
  while (!(await isShut(entrance, insider)) && performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  const proof = await refusals(entrance, insider);
  run.closure = { revoked: grants.map(({ name }) => name), ...proof };
  const open = proof.refusals.find(({ reason }) => reason === "it was let in");
  if (open)
    run.detours.push(`The entrance still let ${open.client} in after the revocation; it was deleted next.`);
  progress(
    `${grants.length} ${grants.length === 1 ? "grant" : "grants"} revoked, ${proof.refusals.map(({ client, reason }) => `${client}: ${reason}`).join(", ")}`,
  );
}

async function isShut(entrance: Entrance, insider: ClientIdentity | undefined): Promise<boolean> {
  return insider === undefined || (await knock(entrance, insider)) !== "in";
}

async function refusals(
  entrance: Entrance,
  insider: ClientIdentity | undefined,
): Promise<Pick<ClosureProof, "refusals">> {
  const clients = [
    ["no certificate", undefined],
    ...(insider ? [["the operator's certificate", insider] as const] : []),
  ] as const;
  const answers = await Promise.all(
    clients.map(async ([client, identity]) => {
      const answer = await knock(entrance, identity);
      return { client, reason: answer === "in" ? "it was let in" : answer.refused };
    }),
  );
  return { refusals: answers };
}

/** A certificate that has been let in until now: the operator's, or any other that is still valid. */
function readInsider(access: string): ClientIdentity | undefined {
  const grant = [readGrant(access, operatorGrant), ...listGrants(access)].find(
    (one) => one !== undefined && isValid(one),
  );
  try {
    return grant === undefined ? undefined : readClient(access, grant.name);
  } catch {
    return undefined;
  }
}
