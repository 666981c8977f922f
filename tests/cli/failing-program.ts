import * as pulumi from "@pulumi/pulumi";
import { bringUp, ensureStack } from "../../cli/engine/stack.ts";
import { findHome } from "../../cli/home.ts";
import { watchForStrayErrors } from "../../cli/report/stray-errors.ts";
import { makeSetting } from "./started-stack.ts";

/**
 * A separate process for programs that fail: Pulumi's SDK leaves promises of a failed program that reject
 * unhandled, which a test runner takes for its own. Prints the error that the command line would get, as JSON.
 */
const stop = new AbortController();

const programs: Readonly<Record<string, () => Promise<unknown>>> = {
  throws: async () => {
    throw new Error("the zone is missing");
  },
  stopped: async () => {
    new pulumi.ComponentResource("trial:index:Part", "one");
    stop.abort(new Error("stopped by the operator"));
    await new Promise(() => undefined);
  },
};

const home = findHome();
watchForStrayErrors(home);
const setting = await makeSetting(home);
await ensureStack(setting);
try {
  await bringUp(setting, programs[process.argv[2] ?? ""]!, { progress: () => undefined, stop: stop.signal });
} catch (error) {
  const { code, message, exitCode } = error as Error & { code?: string; exitCode?: number };
  process.stdout.write(JSON.stringify({ code, message, exitCode }));
}
process.exit();
