import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { coreCount, pin } from "../processes/cores.ts";
import type { GeneratorPlan, GeneratorReport } from "./plan.ts";

const program = fileURLToPath(new URL("./generator-process.ts", import.meta.url));

/** Runs a load to its end. All of it goes to this machine. @throws Error when the destination is not loopback, or the generator fails */
export async function generate(
  plan: GeneratorPlan,
  place: "surroundings" | "anywhere" = "surroundings",
): Promise<GeneratorReport> {
  const { host } = plan.destination;
  if (!/^127(\.\d{1,3}){3}$/.test(host))
    throw new Error(`${host} is not a loopback address; a benchmark loads no other.`);
  const [command, ...args] = pin([process.execPath, program], place, coreCount);
  const child = spawn(command!, args, { stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.end(JSON.stringify(plan));
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once("close", resolve).once("error", reject),
  );
  if (code !== 0) throw new Error(`The generator ended with ${code}.`);
  return JSON.parse(output) as GeneratorReport;
}
