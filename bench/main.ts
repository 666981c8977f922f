/**
 * Benchmarks: each prints one JSON object on standard output and its progress on standard error.
 * Usage: `npm run bench -- lifecycle [--runs 5]`.
 */
const benchmarks: Readonly<Record<string, () => Promise<{ measure(options: Options): Promise<unknown> }>>> = {
  lifecycle: () => import("./lifecycle.ts"),
};

export interface Options {
  /** How often everything is measured; medians are taken over the runs. */
  readonly runs: number;
}

function parseArguments(words: readonly string[]): { readonly name: string; readonly options: Options } {
  const [name = "", ...rest] = words;
  if (!(name in benchmarks)) {
    fail(`Benchmark "${name}" is unknown; there is ${Object.keys(benchmarks).join(", ")}.`);
  }
  const runs = rest[0] === "--runs" ? Number(rest[1]) : 5;
  if (!Number.isInteger(runs) || runs < 1 || runs > 100) fail(`--runs is ${rest[1]}; it must be 1 to 100.`);
  return { name, options: { runs } };
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}

// It chose this program; what the benchmarks start is the command line.
delete process.env.DMM_ENV_PROGRAM;
const { name, options } = parseArguments(process.argv.slice(2));
const benchmark = await benchmarks[name]?.();
process.stdout.write(`${JSON.stringify(await benchmark?.measure(options), null, 2)}\n`);
