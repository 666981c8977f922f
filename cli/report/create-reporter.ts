import type { Reporter } from "./reporter.ts";

/** A live list on an interactive terminal, plain lines everywhere else. */
export async function createReporter(environment: NodeJS.ProcessEnv = process.env): Promise<Reporter> {
  // Some CI systems provide a terminal without a width, which cannot be redrawn.
  const watched =
    process.stderr.isTTY && process.stderr.columns > 0 && environment.TERM !== "dumb" && !environment.CI;
  if (watched) return new (await import("./terminal.ts")).TerminalReporter();
  const { LineReporter } = await import("./lines.ts");
  return new LineReporter((text) => process.stderr.write(text));
}
