import { isPresent } from "../../machine/files.ts";
import { locateBackend } from "../engine/backend.ts";
import type { Project } from "../engine/configuration.ts";
import { readStackState, readStateAccounts } from "../engine/state.ts";
import { type Origin, requireSameTarget, type TargetName } from "../environment/creation-choices.ts";
import { readReservedOrigin } from "../environment/network.ts";
import { type EnvironmentRecord, originOf, readRecord } from "../environment/record.ts";
import { OperatorError } from "../errors.ts";
import { environmentFolder, type Home } from "../home.ts";
import type { Session } from "../session.ts";
import { findNetwork, isLocalAccount } from "./find-network.ts";
import { findTraces } from "./find-traces.ts";

/** Evidence about an environment that is to be torn down. Each piece may be damaged or gone. */
export interface FoundEnvironment {
  readonly origin: Origin;
  /** Number of the loopback network, if any evidence remains. */
  readonly network?: number;
  /** Facts that did not come from the record as usual, for the operator and the proof. */
  readonly detours: readonly string[];
}

/**
 * Determines where an environment is from its record, else from the reservation of its network, else from traces
 * that only one target leaves. Throws DMM_ENVIRONMENT_UNKNOWN without any trace, DMM_TARGET_MISMATCH for another
 * target, DMM_TARGET_UNKNOWN if no evidence names one: nothing is deleted on a guess.
 */
export function findEnvironment(session: Session, project: Project, name: string): FoundEnvironment {
  const { home } = session;
  const record = readUndamaged(home, name);
  const stored = (record && originOf(record)) ?? readReservedOrigin(home, name);
  const created = stored?.backend ?? home.backend;
  const own = { ...home, backend: locateBackend(home, created, project.name, name) };
  requireTrace({ ...session, home: own }, project, name);
  const target = record?.target ?? stored?.target ?? deduceTarget(session, own, { project, name });
  requireSameTarget(name, target, session.target);
  const { network, contradiction } = findNetwork(own, {
    project: project.name,
    name,
    ...(record && { recorded: record.network }),
  });
  return {
    origin: { region: project.region, ...stored, backend: own.backend, target },
    ...(network !== undefined && { network }),
    detours: [
      ...(record === undefined
        ? [
            `The environment's record was damaged or missing. ${describeSource(stored)}, Pulumi's state in ${own.backend}.`,
          ]
        : []),
      ...(contradiction !== undefined && target === "local" ? [contradiction] : []),
      ...(created === own.backend
        ? []
        : [`The state was created in ${created}, which is gone: ${own.backend} was moved.`]),
    ],
  };
}

function describeSource(stored: Origin | undefined): string {
  return stored === undefined
    ? "Its target was determined from its remains"
    : "Its target and backend were read from the reservation of its network";
}

function requireTrace({ home, target }: Session, project: Project, name: string): void {
  if (findTraces(home, project.name, name).length > 0) return;
  // Another machine may have created it; the backend is asked for its stack.
  if (target === "aws" && readStackState(home, project.name, name).kind === "elsewhere") return;
  throw new OperatorError("DMM_ENVIRONMENT_UNKNOWN", {
    name,
    places: `${home.environments}, ${home.networks} and ${home.backend}`,
  });
}

function deduceTarget(
  session: Session,
  home: Home,
  { project, name }: { readonly project: Project; readonly name: string },
): TargetName {
  const folder = environmentFolder(home, name);
  // Only the local target starts a region, and only a region writes here.
  if (isPresent(folder.region)) return "local";
  const accounts = readStateAccounts(home, project.name, name);
  if (accounts.length > 0) return accounts.every(isLocalAccount) ? "local" : "aws";
  // The engine's folder is older than the first resource: without it, and without a state, there is none anywhere.
  const state = readStackState(home, project.name, name).kind;
  if (!isPresent(folder.engine) && (state === "absent" || isEmpty(home, project, name))) {
    return session.target ?? "local";
  }
  if (session.target !== undefined) return session.target;
  throw new OperatorError("DMM_TARGET_UNKNOWN", {
    name,
    problem: `its record is damaged or missing, and neither ${home.networks} nor a region's folder nor the state in ${home.backend} names it`,
  });
}

function isEmpty(home: Home, project: Project, name: string): boolean {
  const state = readStackState(home, project.name, name);
  return state.kind === "present" && state.resources === 0 && state.pending === 0;
}

function readUndamaged(home: Home, name: string): EnvironmentRecord | undefined {
  try {
    return readRecord(home, name);
  } catch {
    return undefined;
  }
}
