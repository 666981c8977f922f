import { namespace } from "../../stacks/config/config.ts";
import { declaredDifferences, type Presence } from "../../stacks/differences.ts";
import type { Difference } from "../../verify/index.ts";
import { readProductionPort, readProductionPorts, readProject } from "../engine/configuration.ts";
import type { PortKey } from "../environment/ports.ts";
import type { EnvironmentRecord } from "../environment/record.ts";

/** Values that determine an environment's configurable differences. */
export interface Differing {
  readonly record: Pick<EnvironmentRecord, "target" | "ports">;
  readonly ingress: { readonly connect: { readonly port: number } };
}

/**
 * Everything in which an environment differs from production: its own differences, then those of every
 * environment.
 */
export function listDifferences(environment: Differing): readonly Difference[] {
  return [...listOwnDifferences(environment), ...everywhere()];
}

/** The configuration that differs from production, beyond the values that always do. */
export function listOwnDifferences({ record, ingress }: Differing): readonly Difference[] {
  const ports = readProductionPorts();
  const { image } = readProject();
  return [
    own("ingressPort", {
      production: readProductionPort(),
      environment: ingress.connect.port,
      reason: "This machine does not allow production's port, or another program uses it.",
    }),
    ...(Object.entries(record.ports ?? {}) as [PortKey, number][]).map(([key, environment]) =>
      own(key, {
        production: ports[key],
        environment,
        reason: "Another program on this machine uses production's port.",
      }),
    ),
    own("image", {
      production: image,
      environment: record.target === "local" ? "built from this checkout" : image,
      reason: "The local region has no other registry.",
    }),
  ].filter(({ production, environment }) => production !== environment);
}

/** Lines for a terminal. */
export function renderOwnDifferences(environment: Differing): readonly string[] {
  return listOwnDifferences(environment).map(renderDifference);
}

export function renderDifference({ what, production, environment, reason }: Difference): string {
  return `Differs from production: ${what} is ${environment} instead of ${production}. ${reason}`;
}

function own(
  key: string,
  values: { readonly production: unknown; readonly environment: unknown; readonly reason: string },
): Difference {
  return {
    scope: "this environment",
    what: `${namespace}:${key}`,
    production: String(values.production),
    environment: String(values.environment),
    reason: values.reason,
  };
}

function everywhere(): readonly Difference[] {
  return declaredDifferences.flatMap((declared): Difference[] => {
    if (declared.kind === "configured") return [];
    const { type, reason } = declared;
    const scope = "every environment";
    if (declared.kind === "presence") return [{ scope, ...describePresence(declared), reason }];
    const { property, production, environment } = declared;
    const values = { production: String(production), environment: String(environment) };
    return [{ scope, what: `${type} ${property}`, ...values, reason }];
  });
}

function describePresence({
  type,
  name,
  property,
  in: side,
}: Presence): Omit<Difference, "scope" | "reason"> {
  const there = property === undefined ? "present" : "set";
  const missing = property === undefined ? "absent" : "not set";
  return {
    what: [type, name, property].filter((text) => text !== undefined).join(" "),
    production: side === "production" ? there : missing,
    environment: side === "environment" ? there : missing,
  };
}
