import { type Logger, pino } from "pino";

export type { Logger } from "pino";

/** Structured log on standard output, one JSON object a line. Nothing that authenticates anybody may be given to it. */
export function createLogger(bindings: { readonly role: string; readonly environment: string }): Logger {
  return pino({
    base: { ...bindings, pid: process.pid },
    level: process.env.LOG_LEVEL ?? "info",
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    // A second line of defence: no object that is logged should have these at all.
    redact: {
      paths: ["*.password", "*.secret", "*.authorization", "*.token", "*.clientSecret"],
      censor: "[removed]",
    },
  });
}
