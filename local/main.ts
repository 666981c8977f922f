import { MachineError } from "../machine/errors.ts";
import { parseArguments } from "./daemon/arguments.ts";
import { RegionError } from "./daemon/errors.ts";

/**
 * The region's own command line, used by `dmm-env`: `serve`, `sweep` and `inventory` (see docs/local-region.md). A
 * failure is one JSON object on standard error: `{ code, message, hint }`.
 */
const cannotRun = 3;

// Data, keys and logs of the region and of its processes are private to its owner, whatever the shell's umask.
process.umask(0o077);

async function run(): Promise<void> {
  const wanted = parseArguments(process.argv.slice(2));
  if (wanted.command === "serve") {
    const { serve } = await import("./serve.ts");
    await serve(wanted);
    return;
  }
  const { inventory, sweep } = await import("./daemon/inventory.ts");
  const found = wanted.command === "sweep" ? await sweep(wanted.directory) : inventory(wanted);
  process.stdout.write(`${JSON.stringify(found)}\n`);
}

try {
  await run();
} catch (error) {
  const expected = error instanceof RegionError || error instanceof MachineError;
  const {
    code,
    message,
    hint,
    exitCode = cannotRun,
  } = expected ? error : new RegionError("DMM_LOCAL_UNEXPECTED", { problem: String(error) }, error);
  const stack = expected ? undefined : (error as Error).stack;
  process.stderr.write(`${JSON.stringify({ code, message, hint, stack })}\n`);
  // Not process.exitCode: a half-started region may still have sockets that keep the process alive.
  process.exit(exitCode);
}
