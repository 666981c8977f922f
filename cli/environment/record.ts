import { listFolder, readFileIfPresent, replaceFile } from "../../machine/files.ts";
import { sourceNetworks } from "../../stacks/config/config.ts";
import { OperatorError } from "../errors.ts";
import { environmentFolder, type Home } from "../home.ts";
import { type Origin, parseOrigin, type TargetName, targets } from "./creation-choices.ts";
import { listReservedNames, reservedBy } from "./network.ts";
import type { Ports } from "./ports.ts";

export const stages = ["creating", "up", "tearing-down"] as const;
/**
 * Progress of an environment: `creating` until it served an authorized request, `tearing-down` from the start of
 * down.
 */
export type Stage = (typeof stages)[number];

/** What this machine knows about one environment without any request. */
export interface EnvironmentRecord {
  readonly name: string;
  readonly target: TargetName;
  /** Number E of the loopback network `127.E.0.0/16`; on AWS only of the VPC's address block. */
  readonly network: number;
  /** CIDR block of the VPC. */
  readonly addressBlock: string;
  /** Source networks of the insiders, as CIDR blocks. */
  readonly insiders: readonly string[];
  /** Port of the ingress on the local target, chosen at creation; on AWS it is production's. */
  readonly ingressPort?: number;
  /** Ports that differ from production's, chosen at creation; on AWS none does. */
  readonly ports?: Ports;
  readonly owner: string;
  /** Times as ISO 8601 in UTC. */
  readonly created: string;
  readonly expires: string;
  readonly stage: Stage;
  /** Pulumi's backend, Region and account at creation; absent in a record of an earlier version. */
  readonly backend?: string;
  readonly region?: string;
  readonly account?: string;
  /** Whether the engine was ever asked to create the stack; absent in a record of an earlier version. */
  readonly stack?: "not requested" | "requested";
  /** How the resources were deleted, once the teardown knows. */
  readonly deletion?: string;
}

/** The origin in a record; undefined in one of an earlier version. */
export function originOf(record: EnvironmentRecord): Origin | undefined {
  return parseOrigin(record);
}

/** Reads a record; undefined if there is none. Throws DMM_RECORD_UNREADABLE for a damaged one. */
export function readRecord(home: Home, name: string): EnvironmentRecord | undefined {
  const file = environmentFolder(home, name).record;
  const text = readFileIfPresent(file);
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new OperatorError(
      "DMM_RECORD_UNREADABLE",
      { file, name, problem: (cause as Error).message },
      cause,
    );
  }
  const problem = findProblem(value, name) ?? findContradiction(home, value as EnvironmentRecord);
  if (problem !== undefined) throw new OperatorError("DMM_RECORD_UNREADABLE", { file, name, problem });
  return value as EnvironmentRecord;
}

export function writeRecord(home: Home, record: EnvironmentRecord): void {
  replaceFile(environmentFolder(home, record.name).record, `${JSON.stringify(record, null, 2)}\n`);
}

/**
 * Names of all environments with a folder or a reserved network, intact or damaged. Throws DMM_MACHINE_FILE_UNUSABLE
 * for another user's.
 */
export function listNames(home: Home): readonly string[] {
  const folders = listFolder(home.environments)
    .filter((item) => item.isDirectory() && !item.name.startsWith("."))
    .map((item) => item.name);
  return [...new Set([...folders, ...listReservedNames(home)])].sort();
}

/** The reservation is what excludes others from a network, so a record that names another one is not trusted. */
function findContradiction(home: Home, { name, network }: EnvironmentRecord): string | undefined {
  const reserved = reservedBy(home, name);
  return reserved === undefined || reserved === network
    ? undefined
    : `network is ${network}, but ${reserved} is reserved for it`;
}

function findProblem(value: unknown, name: string): string | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return "it is not an object";
  const record = value as Record<string, unknown>;
  const problems: string[] = [];
  const expect = (key: string, holds: boolean) => {
    if (!holds) problems.push(`${key} is ${JSON.stringify(record[key]) ?? "missing"}`);
  };
  expect("name", record.name === name);
  expect("target", targets.includes(record.target as TargetName));
  expect(
    "network",
    Number.isInteger(record.network) && Number(record.network) >= 1 && Number(record.network) <= 254,
  );
  expect("addressBlock", typeof record.addressBlock === "string");
  expect(
    "insiders",
    Array.isArray(record.insiders) && record.insiders.length > 0 && record.insiders.every(isNetwork),
  );
  expect("ingressPort", record.ingressPort === undefined || isPort(record.ingressPort));
  expect("ports", record.ports === undefined || arePorts(record.ports));
  expect("owner", typeof record.owner === "string");
  expect("created", isTime(record.created));
  expect("expires", isTime(record.expires));
  expect("stage", stages.includes(record.stage as Stage));
  expect("stack", [undefined, "not requested", "requested"].includes(record.stack as undefined));
  for (const key of ["backend", "region", "account", "deletion"])
    expect(key, record[key] === undefined || typeof record[key] === "string");
  return problems.length === 0 ? undefined : problems.join(", ");
}

/** As `--insiders` accepts it: a record that was edited, or written by an earlier version, must not allow more. */
function isNetwork(value: unknown): boolean {
  return typeof value === "string" && value !== "" && "value" in sourceNetworks(value);
}

function isPort(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 65_535;
}

function arePorts(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.values(value).every(Number.isInteger);
}

function isTime(value: unknown): boolean {
  return typeof value === "string" && !Number.isNaN(Date.parse(value));
}
