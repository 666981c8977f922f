import type { Home } from "../home.ts";
import { writeStack } from "./failure.ts";

/**
 * Pulumi's SDK leaves promises of a failed program behind that reject without a listener. The engine has already
 * reported them, so they are written to the error log and do not end the command.
 */
export function watchForStrayErrors(home: Home): void {
  process.on("unhandledRejection", (error) => {
    writeStack(error, home);
  });
}
