import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { coreCount, pin } from "../processes/cores.ts";
import type { GeneratorPlan } from "./plan.ts";
import type { Saturation } from "./saturation.ts";

/** Saturates with wrk, which takes about a third of the CPU of a generator in Node. */
export async function saturateByWrk(command: string, plan: GeneratorPlan): Promise<Saturation> {
  const directory = await mkdtemp(join(tmpdir(), "bench-wrk-"));
  try {
    // Tokens must not be in the arguments of a process.
    const script = join(directory, "requests.lua");
    await writeFile(script, renderScript(plan.requests), { mode: 0o600 });
    const { host, port } = plan.destination;
    const options = [
      "--threads",
      "1",
      "--connections",
      String(plan.connections),
      "--duration",
      `${plan.seconds}s`,
    ];
    const [program, ...args] = pin(
      [command, ...options, "--script", script, `http://${host}:${port}/`],
      "test-bed",
      coreCount,
    );
    const { stdout } = await execa(program!, args, { stdin: "ignore" });
    return parseWrk(stdout);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** @throws Error for unexpected output of wrk */
export function parseWrk(output: string): Saturation {
  const [, requests, time, unit] = /(\d+) requests in ([\d.]+)(s|m)/.exec(output) ?? [];
  if (requests === undefined) throw new Error(`wrk printed no count of requests:\n${output}`);
  const other = Number(/Non-2xx or 3xx responses: (\d+)/.exec(output)?.[1] ?? 0);
  const errors =
    /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(output)?.slice(1) ?? [];
  return {
    requests: Number(requests),
    seconds: Number(time) * (unit === "m" ? 60 : 1),
    failed: other + errors.reduce((sum, count) => sum + Number(count), 0),
  };
}

function renderScript(requests: readonly string[]): string {
  return [
    `local requests = {${requests.map((request) => JSON.stringify(request)).join(",\n")}}`,
    "local at = 0",
    "request = function() at = at % #requests + 1; return requests[at] end",
  ].join("\n");
}
