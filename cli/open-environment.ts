import { readFileSync } from "node:fs";
import { isStopped } from "../machine/process.ts";
import type { PlatformOutputs } from "../stacks/outputs.ts";
import { type AwsAccess, accessAws } from "./access/aws-access.ts";
import { findIngress, type Ingress } from "./access/ingress.ts";
import { readProject } from "./engine/configuration.ts";
import { requireSameTarget } from "./environment/creation-choices.ts";
import { parseExistingName } from "./environment/name.ts";
import { type EnvironmentRecord, readRecord } from "./environment/record.ts";
import { OperatorError } from "./errors.ts";
import { type EnvironmentFolder, environmentFolder } from "./home.ts";
import { type RegionAddress, readRegionAddress } from "./region/address.ts";
import type { Session } from "./session.ts";
import { findTraces } from "./teardown/find-traces.ts";

/** A running environment, and how to reach it. */
export interface OpenEnvironment {
  readonly name: string;
  readonly record: EnvironmentRecord;
  readonly folder: EnvironmentFolder;
  readonly outputs: PlatformOutputs;
  readonly region?: RegionAddress;
  readonly ingress: Ingress;
  readonly aws: AwsAccess;
}

/** Reads a record. Throws DMM_ENVIRONMENT_UNKNOWN, DMM_RECORD_UNREADABLE, DMM_TARGET_MISMATCH. */
export function requireRecord(session: Session, text: string): EnvironmentRecord {
  const name = parseExistingName(text);
  const record = readRecord(session.home, name);
  if (record === undefined) throw explainMissing(session, name);
  requireSameTarget(name, record.target, session.target);
  return record;
}

/** An environment whose record is lost may still serve. */
function explainMissing({ home }: Session, name: string): OperatorError {
  const traces = findTraces(home, readProject().name, name);
  if (traces.length === 0)
    return new OperatorError("DMM_ENVIRONMENT_UNKNOWN", { name, places: home.environments });
  const problem = `it is missing, but there is ${traces.join(", ")}`;
  return new OperatorError("DMM_RECORD_UNREADABLE", {
    file: environmentFolder(home, name).record,
    name,
    problem,
  });
}

/**
 * Opens an environment for work that needs it to be up. Also throws DMM_ENVIRONMENT_NOT_UP,
 * DMM_TEARDOWN_UNFINISHED, DMM_REGION_DOWN and DMM_REGION_UNRESPONSIVE.
 */
export function openEnvironment(session: Session, text: string): OpenEnvironment {
  const record = requireRecord(session, text);
  const { name } = record;
  if (record.stage === "tearing-down") throw new OperatorError("DMM_TEARDOWN_UNFINISHED", { name });
  if (record.stage !== "up") {
    throw new OperatorError("DMM_ENVIRONMENT_NOT_UP", { name, state: describeStage(record) });
  }
  const folder = environmentFolder(session.home, name);
  const region = record.target === "local" ? readRegionAddress(folder.region) : undefined;
  if (record.target === "local" && region === undefined) throw new OperatorError("DMM_REGION_DOWN", { name });
  if (region !== undefined && isStopped(region.pid))
    throw new OperatorError("DMM_REGION_UNRESPONSIVE", { name, pid: region.pid });
  const outputs = readOutputs(folder, name);
  return {
    name,
    record,
    folder,
    outputs,
    ...(region && { region }),
    ingress: findIngress(outputs, region),
    aws: accessAws(outputs.region ?? readProject().region, region),
  };
}

/** Describes the environment for output. */
export function describeStage({ stage }: EnvironmentRecord): string {
  if (stage === "up") return "it is up";
  return stage === "creating" ? "it is incomplete" : "its teardown is incomplete";
}

function readOutputs(folder: EnvironmentFolder, name: string): PlatformOutputs {
  try {
    return JSON.parse(readFileSync(folder.outputs, "utf8")) as PlatformOutputs;
  } catch (cause) {
    const problem = (cause as Error).message;
    throw new OperatorError("DMM_RECORD_UNREADABLE", { file: folder.outputs, name, problem }, cause);
  }
}
