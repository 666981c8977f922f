import { StackError } from "../errors.ts";
import { findContradictions } from "./contradictions.ts";
import { productionName } from "./environment-name.ts";
import { type Key, keys, type Values } from "./keys.ts";

export { environmentName, isNameShaped, productionName } from "./environment-name.ts";
export { keys } from "./keys.ts";
export { overlap, sourceNetworks } from "./networks.ts";

/** Namespace of the keys: the project's name in `Pulumi.yaml`. */
export const namespace = "dmm-env";

/** Keys that an environment sets itself; all others come from production. */
export const environmentKeys = [
  "environment",
  "owner",
  "expires",
  "addressBlock",
  "insiders",
  "ingressPort",
  "servicePort",
  "databasePort",
  "cachePort",
  "insiderAuthority",
  "revocationList",
] as const satisfies readonly (keyof typeof keys)[];

/** The configuration of one environment, complete and valid. */
export interface PlatformConfig extends Values {
  /** True for the one environment that is open to the public and must not be lost. */
  readonly production: boolean;
  /** Host name of the ingress: the zone itself in production, else a name in it. */
  readonly domain: string;
  /** Origin for clients: `https://feature-x.api.example.com`, with the port unless it is 443. */
  readonly origin: string;
}

/** One invalid or missing value, under its full key. */
export interface ConfigProblem {
  readonly key: string;
  readonly value: string | undefined;
  readonly message: string;
}

/** All problems of a configuration in one error. */
export class ConfigError extends StackError {
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[], cause?: unknown) {
    super("DMM_STACKS_CONFIGURATION_INVALID", { problems }, cause);
    this.name = "ConfigError";
    this.problems = problems;
  }
}

/**
 * Parses the values of the stack's configuration, by full key (`dmm-env:zone`), into a {@link PlatformConfig}.
 *
 * @throws {ConfigError} with every problem at once: missing, malformed, unknown and contradicting keys.
 */
export function parseConfig(values: Readonly<Record<string, string | undefined>>): PlatformConfig {
  const problems: ConfigProblem[] = unknownKeys(values);
  const parsed: Partial<Record<keyof Values, unknown>> = {};
  for (const [name, key] of Object.entries(keys) as [keyof Values, Key<unknown>][]) {
    const given = values[fullKey(name)];
    const result = parseOne(key, given);
    if ("problem" in result) problems.push(describe(name, given, result.problem));
    else parsed[name] = result.value;
  }
  const known = parsed as Partial<Values>;
  for (const { name, message } of findContradictions(known, fullKey)) {
    const key = fullKey(name);
    problems.push({ key, value: String(known[name] ?? ""), message: `${key} ${message}` });
  }
  if (problems.length > 0) throw new ConfigError(problems);
  const complete = known as Values;
  const production = complete.environment === productionName;
  const domain = production ? complete.zone : `${complete.environment}.${complete.zone}`;
  const { origin } = new URL(`https://${domain}:${complete.ingressPort}`);
  return { ...complete, production, domain, origin };
}

function parseOne(key: Key<unknown>, given: string | undefined): { value: unknown } | { problem: string } {
  const text = given?.trim() ?? key.default;
  return text === undefined ? { problem: "set" } : key.parse(text);
}

function unknownKeys(values: Readonly<Record<string, string | undefined>>): ConfigProblem[] {
  const known = new Set(Object.keys(keys).map((name) => `${namespace}:${name}`));
  return Object.keys(values)
    .filter((key) => key.startsWith(`${namespace}:`) && !known.has(key))
    .map((key) => ({
      key,
      value: values[key],
      message: `${key} is not a configuration key of this program; remove it.`,
    }));
}

function describe(name: keyof Values, value: string | undefined, allowed: string): ConfigProblem {
  const key = fullKey(name);
  const shown = value !== undefined && value.length > 60 ? `${value.slice(0, 57)}…` : value;
  if (value === undefined) return { key, value, message: `${key} is missing; ${keys[name].description}` };
  return { key, value, message: `${key} is "${shown}"; it must be ${allowed}.` };
}

function fullKey(name: keyof Values): string {
  return `${namespace}:${name}`;
}
