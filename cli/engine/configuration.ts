import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseDocument, Scalar } from "yaml";
import { createFolder, readFileIfPresent, replaceFile } from "../../machine/files.ts";
import {
  ConfigError,
  keys,
  namespace,
  overlap,
  parseConfig,
  sourceNetworks,
} from "../../stacks/config/config.ts";
import type { PortKey } from "../environment/ports.ts";
import { checkout } from "../home.ts";

/** Keys in which an environment may differ from production; every other value is production's. */
export interface Overrides {
  readonly environment: string;
  readonly addressBlock: string;
  /** Comma-separated CIDR blocks. */
  readonly insiders: string;
  /** On the local target only; on AWS it is production's. */
  readonly ingressPort?: string;
  /** PEM of the authority of the insiders' certificates. */
  readonly insiderAuthority: string;
  /** PEM of the revocation list at creation. */
  readonly revocationList: string;
  /** Local target only: set if another program of this machine uses production's port. */
  readonly servicePort?: string;
  readonly databasePort?: string;
  readonly cachePort?: string;
  readonly owner: string;
  readonly expires: string;
  /** Local target only: set if this machine cannot resolve the registry or digest of production's image. */
  readonly image?: string;
}

/** Settings of the project that are needed before the engine starts. */
export interface Project {
  readonly name: string;
  /** AWS Region of production, and so of every environment. */
  readonly region: string;
  /** Production's image as configured. */
  readonly image: string;
  /** Networks that no environment's address block may overlap. */
  readonly onPremisesNetworks: readonly string[];
}

/** Reads Pulumi.yaml and production's configuration. Throws DMM_STACKS_CONFIGURATION_INVALID. */
export function readProject(): Project {
  const project = readYaml(join(checkout, "Pulumi.yaml"));
  const production = readYaml(join(checkout, "Pulumi.production.yaml"));
  return {
    name: String(project.get("name")),
    region: String(production.getIn(["config", "aws:region"])),
    image: String(production.getIn(["config", `${namespace}:image`])),
    onPremisesNetworks: readNetworks(production.getIn(["config", `${namespace}:onPremisesNetworks`])),
  };
}

/** Port that production's clients connect to. */
export function readProductionPort(): number {
  const production = readYaml(join(checkout, "Pulumi.production.yaml"));
  return Number(production.getIn(["config", `${namespace}:ingressPort`]) ?? keys.ingressPort.default);
}

/** Production's ports inside the VPC. Malformed ones are reported by the check of the whole configuration. */
export function readProductionPorts(): Readonly<Record<PortKey, number>> {
  const production = readYaml(join(checkout, "Pulumi.production.yaml"));
  const read = (key: PortKey) =>
    Number(production.getIn(["config", `${namespace}:${key}`])) || Number(keys[key].default);
  return {
    servicePort: read("servicePort"),
    databasePort: read("databasePort"),
    cachePort: read("cachePort"),
  };
}

/** Empty if they are malformed: the check of the whole configuration reports that. */
function readNetworks(text: unknown): readonly string[] {
  const parsed = sourceNetworks(String(text ?? ""));
  return "value" in parsed ? parsed.value : [];
}

/** CIDR block of the VPC of the environment with this number. */
export function addressBlockOf(network: number): string {
  return `10.${network}.0.0/16`;
}

/** Whether an environment may have this number: no on-premises network is in its address block. */
export function isNetworkAllowed({ onPremisesNetworks }: Project, network: number): boolean {
  return !onPremisesNetworks.some((other) => overlap(other, addressBlockOf(network)));
}

/**
 * Refuses a configuration that the program would refuse, before anything is written or started. The access material of the
 * environment may be absent, because it is only made later. Throws DMM_STACKS_CONFIGURATION_INVALID.
 */
export function checkConfiguration(overrides: Partial<Overrides>): void {
  const configuration = readYaml(join(checkout, "Pulumi.production.yaml"));
  const pem = (label: string) => `-----BEGIN ${label}-----\nMIIB\n-----END ${label}-----\n`;
  const material = { insiderAuthority: pem("CERTIFICATE"), revocationList: pem("X509 CRL") };
  setOverrides(configuration, { ...material, ...overrides });
  refuseWrongValues(configuration);
}

/**
 * Writes the engine's working folder: the project and `Pulumi.<name>.yaml`, which is production's file with the
 * overrides. The salt of an earlier run is kept, otherwise the engine could not decrypt its own secrets.
 */
export function writeConfiguration(directory: string, name: string, overrides: Partial<Overrides>): void {
  createFolder(directory);
  const project = readYaml(join(checkout, "Pulumi.yaml"));
  // The program is given to the engine inline; a file that is not in the folder would stop it.
  project.delete("main");
  replaceFile(join(directory, "Pulumi.yaml"), project.toString());
  const file = join(directory, `Pulumi.${name}.yaml`);
  const configuration = readYaml(join(checkout, "Pulumi.production.yaml"));
  setOverrides(configuration, overrides);
  refuseWrongValues(configuration);
  for (const key of ["secretsprovider", "encryptedkey", "encryptionsalt"]) configuration.delete(key);
  const salt = /^encryptionsalt: .+$/m.exec(readFileIfPresent(file) ?? "")?.[0];
  replaceFile(file, `${salt === undefined ? "" : `${salt}\n`}${configuration.toString({ lineWidth: 0 })}`);
}

/** Always quoted: the engine's parser does not read a bare time or number as text. */
function setOverrides(configuration: ReturnType<typeof parseDocument>, overrides: Partial<Overrides>): void {
  for (const [key, value] of Object.entries(overrides)) {
    const text = new Scalar(value);
    text.type = "QUOTE_DOUBLE";
    configuration.setIn(["config", `${namespace}:${key}`], text);
  }
}

/** The program would refuse them too, but only after the region and the engine have started. */
function refuseWrongValues(configuration: ReturnType<typeof parseDocument>): void {
  const { config = {} } = configuration.toJS() as { config?: Record<string, unknown> };
  const own = Object.entries(config).filter(([key]) => key.startsWith(`${namespace}:`));
  parseConfig(Object.fromEntries(own.map(([key, value]) => [key, String(value)])));
}

function readYaml(file: string): ReturnType<typeof parseDocument> {
  let document: ReturnType<typeof parseDocument>;
  try {
    document = parseDocument(readFileSync(file, "utf8"));
  } catch (cause) {
    throw unreadable(file, cause);
  }
  if (document.errors[0] !== undefined) throw unreadable(file, document.errors[0]);
  return document;
}

function unreadable(file: string, cause: unknown): ConfigError {
  const problem = (cause as Error).message.split("\n")[0] ?? "";
  const message = `${file} cannot be read: ${problem}.`;
  return new ConfigError([{ key: file, value: undefined, message }], cause);
}
