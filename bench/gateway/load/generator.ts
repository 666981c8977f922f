import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { isLoopback } from "../../../verify/load/loopback.ts";
import { coreCount, pin } from "../processes/cores.ts";
import type { GeneratorPlan, GeneratorReport } from "./plan.ts";

const program = fileURLToPath(new URL("./generator-process.ts", import.meta.url));

/**
 * Runs a load to its end, on this machine only. @throws Error when the destination is not loopback, or the
 * generator fails
 */
export async function generate(
  plan: GeneratorPlan,
  place: "test-bed" | "anywhere" = "test-bed",
): Promise<GeneratorReport> {
  const { host } = plan.destination;
  if (!isLoopback(host)) throw new Error(`${host} is not a loopback address; a benchmark loads no other.`);
  const [command, ...args] = pin([process.execPath, program], place, coreCount);
  const { exitCode, signal, stdout } = await execa(command!, args, {
    input: JSON.stringify(plan),
    stderr: "inherit",
    reject: false,
  });
  if (exitCode !== 0) throw new Error(`The generator ended with ${exitCode ?? signal}.`);
  return JSON.parse(stdout) as GeneratorReport;
}
