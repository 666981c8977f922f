import { join } from "node:path";
import { pulumiRoot } from "../../tools/resolve-tools.ts";
import { type Authority, ensureAuthority } from "../access/authority.ts";
import { hasEveryFile, isValid, readGrant } from "../access/grants.ts";
import { issueGrant } from "../access/issue-grant.ts";
import { operatorGrant } from "../access/operator-grant-name.ts";
import { ensureFirstList } from "../access/revocation-list.ts";
import {
  addressBlockOf,
  isNetworkAllowed,
  type Overrides,
  type Project,
  readProductionPort,
  readProductionPorts,
  writeConfiguration,
} from "../engine/configuration.ts";
import { endAbandonedEngine, removeDeadLocks } from "../engine/locks.ts";
import type { Program } from "../engine/program-host.ts";
import type { EngineSetting } from "../engine/pulumi.ts";
import { ensureStack } from "../engine/stack.ts";
import { removeCutDescriptions } from "../engine/state.ts";
import { requireSameTarget } from "../environment/creation-choices.ts";
import { chooseIngressPort } from "../environment/ingress-port.ts";
import { reserveNetwork } from "../environment/network.ts";
import { readOwner } from "../environment/owner.ts";
import { choosePorts } from "../environment/ports.ts";
import { type EnvironmentRecord, readRecord, writeRecord } from "../environment/record.ts";
import { OperatorError } from "../errors.ts";
import { nameLocalImage } from "../region/local-images.ts";
import type { Session } from "../session.ts";
import type { LockedUp, PlannedUp, ReservedUp, UpRequest } from "./up-stages.ts";

const defaultLifetimeSeconds = 8 * 3600;

/** Reserves the environment for this run: its record, its network, its access material and its configuration. */
export async function reserveEnvironment(run: LockedUp): Promise<ReservedUp> {
  const { session, request, folder, project } = run;
  const record = await decidePorts(run, await decideIngressPort(decideRecord(run)));
  writeRecord(session.home, record);
  await endAbandonedEngine(folder);
  removeDeadLocks(session.home, project.name, request.name);
  removeCutDescriptions(session.home, project.name, request.name);
  await configure(run, record);
  const setting: EngineSetting = {
    home: session.home,
    folder,
    name: request.name,
    command: join(pulumiRoot(run.tools), "bin", "pulumi"),
  };
  // From here on a stack may exist, whatever happens to this process.
  const requested: EnvironmentRecord = { ...record, stack: "requested" };
  writeRecord(session.home, requested);
  const { first: stop, second: kill } = session.interruption;
  const stack = quietly(ensureStack(setting, { stop, kill, graceMs: 5_000 }));
  return { ...run, record: requested, setting, stack, program: quietly(loadProgram()) };
}

/**
 * Checks the operator's request against the existing environment, before anything is created, and again under the
 * lock. Throws DMM_RECORD_UNREADABLE, DMM_TEARDOWN_UNFINISHED, DMM_TARGET_MISMATCH, DMM_NETWORKS_MISSING.
 */
export function checkRequest({ home, target }: Session, request: UpRequest): EnvironmentRecord | undefined {
  const { name } = request;
  const earlier = readRecord(home, name);
  if (earlier?.stage === "tearing-down") throw new OperatorError("DMM_TEARDOWN_UNFINISHED", { name });
  if (earlier !== undefined) requireSameTarget(name, earlier.target, target);
  if (earlier === undefined && target === "aws" && request.insiders === undefined) {
    throw new OperatorError("DMM_NETWORKS_MISSING", {});
  }
  return earlier;
}

function decideRecord(run: LockedUp): EnvironmentRecord {
  const { origin, session, request, earlier } = run;
  const isAllowed = (number: number) => isNetworkAllowed(run.project, number);
  // The reservation has the origin too: it remains if the record is damaged.
  const network = earlier?.network ?? reserveNetwork(session.home, request.name, { isAllowed, origin });
  return planRecord(run, earlier, network);
}

/** Ports are in the outputs and in every task's environment, so they never change after creation. */
async function decidePorts(run: LockedUp, record: EnvironmentRecord): Promise<EnvironmentRecord> {
  if (record.target === "aws" || record.ports !== undefined || run.wasUp) return record;
  return { ...record, ports: await choosePorts(record.network, readProductionPorts()) };
}

/** The environment's record in this run. */
export function planRecord(
  { origin, request }: Pick<PlannedUp, "origin" | "request">,
  earlier: EnvironmentRecord | undefined,
  network: number,
): EnvironmentRecord {
  return {
    name: request.name,
    ...origin,
    network,
    addressBlock: addressBlockOf(network),
    insiders: request.insiders ?? earlier?.insiders ?? ["127.0.0.1/32"],
    ...(earlier?.ingressPort !== undefined && { ingressPort: earlier.ingressPort }),
    ...(earlier?.ports && { ports: earlier.ports }),
    owner: earlier?.owner ?? readOwner(),
    created: earlier?.created ?? new Date().toISOString(),
    expires: decideEnd(request, earlier),
    stage: earlier?.stage ?? "creating",
    ...(earlier === undefined ? { stack: "not requested" } : earlier.stack && { stack: earlier.stack }),
  };
}

/** An environment keeps its end unless the operator gives it a lifetime or it has expired. */
function decideEnd({ lifetimeSeconds }: UpRequest, earlier: EnvironmentRecord | undefined): string {
  const lives = earlier !== undefined && Date.parse(earlier.expires) >= Date.now();
  if (lives && lifetimeSeconds === undefined) return earlier.expires;
  return new Date(Date.now() + (lifetimeSeconds ?? defaultLifetimeSeconds) * 1000).toISOString();
}

/** Addresses include the port, so it never changes after creation. */
async function decideIngressPort(record: EnvironmentRecord): Promise<EnvironmentRecord> {
  if (record.target === "aws" || record.ingressPort !== undefined) return record;
  return { ...record, ingressPort: await chooseIngressPort(record.network, readProductionPort()) };
}

async function configure({ folder, project }: LockedUp, record: EnvironmentRecord): Promise<void> {
  const authority = await ensureAuthority(folder.access, record.name);
  const first = await ensureFirstList(folder.access, authority);
  await grantOperator(folder.access, authority, record);
  writeConfiguration(folder.engine, record.name, {
    ...overridesOf(record, project),
    insiderAuthority: `${authority.certificate.toString("pem")}\n`,
    revocationList: first,
  });
}

/** The record's overrides of the environment's configuration. */
export function overridesOf(
  record: EnvironmentRecord,
  project: Project,
): Omit<Overrides, "insiderAuthority" | "revocationList"> {
  return {
    environment: record.name,
    addressBlock: record.addressBlock,
    insiders: record.insiders.join(","),
    ...(record.ingressPort !== undefined && { ingressPort: String(record.ingressPort) }),
    owner: record.owner,
    expires: record.expires,
    ...Object.fromEntries(Object.entries(record.ports ?? {}).map(([key, port]) => [key, String(port)])),
    ...(record.target === "local" && { image: nameLocalImage(project.image) }),
  };
}

/** The operator's grant ends with the environment, even after an extension. */
async function grantOperator(access: string, authority: Authority, record: EnvironmentRecord): Promise<void> {
  const grant = readGrant(access, operatorGrant);
  const end = Date.parse(record.expires);
  // X.509 times have whole seconds.
  const lasts = grant !== undefined && isValid(grant) && Date.parse(grant.expires) > end - 1_000;
  if (lasts && hasEveryFile(access, operatorGrant)) return;
  const lifetimeSeconds = Math.ceil((end - Date.now()) / 1000);
  await issueGrant(access, authority, {
    environment: record.name,
    name: operatorGrant,
    lifetimeSeconds,
    renew: true,
  });
}

async function loadProgram(): Promise<Program> {
  return (await import("../../stacks/index.ts")).program;
}

/** Work that is awaited only later must not count as an unhandled rejection until then. */
function quietly<Result>(work: Promise<Result>): Promise<Result> {
  work.catch(() => undefined);
  return work;
}
