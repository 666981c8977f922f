import type { LoadReport } from "../../../verify/load/response.ts";
import type { Destination } from "./raw-connection.ts";

/** A bounded load, as plain data for the generator's process. */
export interface GeneratorPlan {
  readonly destination: Destination;
  /** Complete requests as bytes; they are sent in turn. */
  readonly requests: readonly string[];
  readonly connections: number;
  readonly seconds: number;
  /** Open loop at this rate; without it every connection sends again after each response. */
  readonly arrivalsPerSecond?: number;
}

/** Like the load report of a verification, without the single responses, plus responses other than 200. */
export interface GeneratorReport extends LoadReport {
  /** Responses by status, or by the reason for their absence. */
  readonly kinds: Readonly<Record<string, number>>;
  /** Processor time that the generator itself took. */
  readonly generatorCpuMs: number;
}

/** A GET as the generator sends it. */
export function renderRequest(path: string, host: string, headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET ${path} HTTP/1.1\r\nhost: ${host}\r\n${lines.join("")}\r\n`;
}
