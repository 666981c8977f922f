import { readProductionPorts } from "../engine/configuration.ts";
import type { PortKey, Ports } from "../environment/ports.ts";

/** In words, where an environment has other ports than production. */
export function renderPortDifferences(ports: Ports = {}): readonly string[] {
  const production = readProductionPorts();
  return (Object.entries(ports) as [PortKey, number][]).map(
    ([key, port]) =>
      `Differs from production: port ${port} instead of ${production[key]}, which another program of this machine has (dmm-env:${key}).`,
  );
}
