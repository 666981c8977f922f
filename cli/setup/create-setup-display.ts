import type { Reporter } from "../report/reporter.ts";
import { LineDisplay } from "./line-display.ts";
import type { SetupDisplay } from "./setup-display.ts";

/** A progress bar for each bundle on an interactive terminal, timestamped lines everywhere else. */
export async function createSetupDisplay(
  reporter: Reporter,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<SetupDisplay> {
  const watched = process.stderr.isTTY && environment.TERM !== "dumb" && !environment.CI;
  if (watched) return new (await import("./terminal-display.ts")).TerminalDisplay(reporter);
  return new LineDisplay(reporter);
}
