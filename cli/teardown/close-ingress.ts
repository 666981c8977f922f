import { MachineError } from "../../machine/errors.ts";
import { pollUntil } from "../../machine/wait.ts";
import type { PlatformOutputs } from "../../stacks/outputs.ts";
import { accessAws } from "../access/aws-access.ts";
import { readClient } from "../access/client-identity.ts";
import { isValid, listGrants, readGrant } from "../access/grants.ts";
import {
  type AccessResult,
  type ClientIdentity,
  describeAccess,
  findIngress,
  type Ingress,
  tryAccess,
} from "../access/ingress.ts";
import { operatorGrant } from "../access/operator-grant-name.ts";
import { revocableGrants, revokeGrants } from "../access/revoke.ts";
import { readEdgeListeners } from "../environment/network.ts";
import type { Progress } from "../report/steps.ts";
import type { ClosureProof } from "./closure-proof.ts";
import type { ClosedDown, ReachedDown } from "./down-stages.ts";
import { findIngressOutputs, type IngressOutputs } from "./find-ingress-outputs.ts";
import { cutOff } from "./reach-region.ts";

const withinMs = { local: 5_000, aws: 60_000 } as const;

const notClosed: ClosureProof = { closed: false, revoked: [], refusals: [] };

/**
 * Access first: revokes every grant and shows with real requests that neither an insider nor any other client gets
 * in. If that cannot be shown on the local target, the load balancers are ended instead, so that nothing listens
 * any more.
 */
export async function closeIngress(run: ReachedDown, progress: Progress): Promise<ClosedDown> {
  const { target, network, region } = run;
  const outputs = findIngressOutputs(run);
  const where = network === undefined ? undefined : `127.${network}.0.10 to .250`;
  const readOpen = () => (network === undefined ? [] : readEdgeListeners(network));
  if (target === "local" && where !== undefined && readOpen().length === 0) {
    progress(`nothing listens at ${where}`);
    return { ...run, closure: { ...notClosed, closed: true, note: `Nothing listened at ${where}.` } };
  }
  const revoked =
    outputs !== undefined && (target === "aws" || region !== undefined)
      ? await revokeEverybody(run, outputs)
      : undefined;
  if (revoked?.closed) {
    progress(summarize(revoked));
    return { ...run, closure: revoked };
  }
  if (target === "aws") return { ...run, closure: leaveUnproven(run, progress, revoked) };
  const restarted = await cutOff(run, progress);
  const open = readOpen();
  const closed = where !== undefined && open.length === 0;
  const note = closed
    ? `Nothing listens at ${where}.`
    : `Before anything was deleted, these were still open: ${open.join(", ") || "unknown"}.`;
  progress(note);
  run.detours.push(
    "Revocation of every grant could not be proven; the load balancers were stopped before anything was deleted.",
  );
  const closure = { closed, revoked: revoked?.revoked ?? [], refusals: [], note };
  return { ...run, region: restarted, closure };
}

function leaveUnproven(run: ReachedDown, progress: Progress, seen: ClosureProof | undefined): ClosureProof {
  const note = seen
    ? `The ingress could not be proven closed: ${summarize(seen)}.`
    : "Neither the stack's outputs nor its state name an ingress.";
  run.detours.push(`${note} The load balancer is deleted next.`);
  progress(note);
  return { ...notClosed, ...seen, closed: false, note };
}

async function revokeEverybody(run: ReachedDown, outputs: IngressOutputs): Promise<ClosureProof> {
  const { folder, region, target, project } = run;
  const ingress = locateIngress(run, outputs);
  if (ingress === undefined) return notClosed;
  const insider = readInsider(folder.access);
  const grants = revocableGrants(folder.access);
  const revoked: string[] = [];
  try {
    if (outputs.access === null) throw new Error("the trust store is unknown");
    const aws = accessAws(project.region, region);
    await revokeGrants(folder.access, grants, { aws, trustStore: outputs.access });
    revoked.push(...grants.map(({ name }) => name));
  } catch (error) {
    run.detours.push(`The grants could not be revoked: ${(error as Error).message}`);
    // Nothing was published, so there is nothing to wait for.
    if (error instanceof MachineError && error.code === "DMM_MACHINE_DISK_FULL")
      return { closed: false, revoked, refusals: [] };
  }
  let seen: Awaited<ReturnType<typeof tryAllClients>> = [];
  const isClosed = async () => {
    seen = await tryAllClients(ingress, insider);
    const refused = seen.every(({ result }) => result !== "in" && "refused" in result);
    return refused && (insider === undefined || revoked.length > 0);
  };
  const closed = (await pollUntil(isClosed, { withinMs: withinMs[target], everyMs: 25 })) ?? false;
  const refusals = seen.map(({ client, result }) => ({ client, reason: describeAccess(result) }));
  // Without a certificate that was accepted before, a refusal is inconclusive.
  return { closed: closed && insider !== undefined && revoked.length > 0, revoked, refusals };
}

/** Undefined if the authority of its certificate cannot be read: then no request can be made. */
function locateIngress({ region, detours }: ReachedDown, outputs: IngressOutputs): Ingress | undefined {
  try {
    return findIngress(outputs as PlatformOutputs, region);
  } catch (error) {
    detours.push(`The ingress could not be tested: ${(error as Error).message}`);
    return undefined;
  }
}

async function tryAllClients(
  ingress: Ingress,
  insider: ClientIdentity | undefined,
): Promise<readonly { readonly client: string; readonly result: AccessResult }[]> {
  const clients = [
    ["no certificate", undefined],
    ...(insider ? [["the operator's certificate", insider] as const] : []),
  ] as const;
  return await Promise.all(
    clients.map(async ([client, identity]) => ({ client, result: await tryAccess(ingress, identity) })),
  );
}

function summarize({ revoked, refusals }: ClosureProof): string {
  const count = `${revoked.length} ${revoked.length === 1 ? "grant" : "grants"} revoked`;
  return [count, ...refusals.map(({ client, reason }) => `${client}: ${reason}`)].join(", ");
}

/** A certificate that was accepted until now: the operator's, or any other that is still valid. */
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
