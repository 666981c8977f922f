import type { ObtainEvent } from "../../tools/obtain.ts";

/** Shows the progress of obtaining tools. */
export interface SetupDisplay {
  observe(event: ObtainEvent): void;
  /** Resolves when everything is shown. */
  end(): Promise<void>;
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
