import { type Logger, type LoggerOptions, pino } from "pino";

export type { Logger } from "pino";

/** Bytes of log lines that may be buffered; later ones are dropped. */
const unwrittenLimit = 1_048_576;

/** Structured log on standard output, one JSON object a line. Never pass credentials to it. */
export function createLogger(bindings: { readonly role: string; readonly environment: string }): Logger {
  const destination = pino.destination({ dest: 1, sync: true, maxLength: unwrittenLimit });
  // A log that cannot be written (its reader is gone, its disk is full) costs lines, never the task.
  destination.on("error", () => undefined);
  const options: LoggerOptions = {
    base: { ...bindings, pid: process.pid },
    level: process.env.LOG_LEVEL ?? "info",
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    // Defence in depth: no logged object should have these at all.
    redact: {
      paths: ["*.password", "*.secret", "*.authorization", "*.token", "*.clientSecret"],
      censor: "[removed]",
    },
  };
  return pino(options, destination);
}
