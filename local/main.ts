import { parseArguments } from "./daemon/arguments.ts";
import { RegionError } from "./daemon/region-error.ts";

/**
 * The region's own command line, started by `dmm-env`: `serve`, `sweep` and `inventory` (see docs/local-region.md).
 * A failure is one JSON object on standard error: `{ code, message, fix }`.
 */
const wrongUsage = 2;
const cannotRun = 3;

// Data, keys and logs of the region and of all that it starts are for its owner only, whatever the shell says.
process.umask(0o077);

async function run(): Promise<void> {
  const wanted = parseArguments(process.argv.slice(2));
  if (wanted.command === "serve") {
    const { serve } = await import("./serve.ts");
    await serve(wanted);
    return;
  }
  const { inventory, sweep } = await import("./daemon/look.ts");
  const found = wanted.command === "sweep" ? await sweep(wanted.directory) : inventory(wanted);
  process.stdout.write(`${JSON.stringify(found)}\n`);
}

try {
  await run();
} catch (error) {
  const failure =
    error instanceof RegionError
      ? { code: error.code, message: error.message, fix: error.fix }
      : {
          code: "DMM_REGION_UNEXPECTED",
          message: String(error),
          fix: "Look at logs/region.log.",
          stack: (error as Error).stack,
        };
  process.stderr.write(`${JSON.stringify(failure)}\n`);
  // Not process.exitCode: a half-started region may still hold sockets that keep the process alive.
  process.exit(failure.code === "DMM_REGION_ARGUMENT" ? wrongUsage : cannotRun);
}
