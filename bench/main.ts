import { parseArgs } from "node:util";
import type { Options } from "./options.ts";

/**
 * Benchmarks: each prints one JSON object on standard output and its progress on standard error. Usage: `npm run
 * bench -- lifecycle|gateway|propagation [--runs 5]`, for `gateway` also `[--only a,b] [--million]`.
 */
const benchmarks: Readonly<Record<string, () => Promise<{ measure(options: Options): Promise<unknown> }>>> = {
  lifecycle: () => import("./lifecycle.ts"),
  gateway: () => import("./gateway/gateway.ts"),
  propagation: () => import("./gateway/propagation.ts"),
};

function parseArguments(args: string[]): { readonly name: string; readonly options: Options } {
  const { positionals, values } = readArgs(args);
  const [name = ""] = positionals;
  if (!(name in benchmarks)) {
    fail(`Benchmark "${name}" is unknown; there is ${Object.keys(benchmarks).join(", ")}.`);
  }
  const runs = Number(values.runs);
  if (!Number.isInteger(runs) || runs < 1 || runs > 100)
    fail(`--runs is ${values.runs}; it must be 1 to 100.`);
  const only = values.only === "" ? [] : values.only.split(",");
  return { name, options: { runs, only, million: values.million } };
}

function readArgs(args: string[]) {
  try {
    return parseArgs({
      args: args,
      allowPositionals: true,
      options: {
        runs: { type: "string", default: "5" },
        only: { type: "string", default: "" },
        million: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    return fail((error as Error).message);
  }
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}

// It selected this program; child processes must be the command line.
delete process.env.DMM_ENV_PROGRAM;
const { name, options } = parseArguments(process.argv.slice(2));
const benchmark = await benchmarks[name]?.();
process.stdout.write(`${JSON.stringify(await benchmark?.measure(options), null, 2)}\n`);
