import type { Home } from "../home.ts";
import { writeStack } from "./failure.ts";

/**
 * Pulumi's SDK leaves promises of a failed program behind that reject when nobody listens any more. What they say was
 * reported by the engine already, so they are written to the log of errors and do not end the command half way.
 */
export function watchForStrayErrors(home: Home): void {
  process.on("unhandledRejection", (error) => {
    writeStack(error, home);
  });
}
