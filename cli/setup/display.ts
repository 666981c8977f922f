import type { ObtainEvent } from "../../tools/obtain.ts";
import type { Reporter } from "../report/reporter.ts";
import { LineDisplay } from "./line-display.ts";

/** Shows how parts are obtained. */
export interface SetupDisplay {
  observe(event: ObtainEvent): void;
  /** Resolves when everything is shown. */
  end(): Promise<void>;
}

/** A bar for each bundle where somebody watches a terminal, timestamped lines everywhere else. */
export async function createSetupDisplay(
  reporter: Reporter,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<SetupDisplay> {
  const watched = process.stderr.isTTY && environment.TERM !== "dumb" && !environment.CI;
  if (watched) return new (await import("./terminal-display.ts")).TerminalDisplay(reporter);
  return new LineDisplay(reporter);
}

/** `waiting for process 4711, which obtains parts since 13:20:01`. */
export function renderWaiting(event: Extract<ObtainEvent, { kind: "waiting" }>): string {
  return `waiting for process ${event.holder.pid}, which obtains parts since ${event.holder.since.slice(11, 19)}`;
}

/** `2 m 03 s`, `41 s`. */
export function renderDuration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  return `${Math.floor(seconds / 60)} m ${String(seconds % 60).padStart(2, "0")} s`;
}
