import type { Steps } from "./steps.ts";

/** Duration of one step, in seconds. */
export interface StepTime {
  readonly title: string;
  readonly seconds: number;
}

/** Shows an operator what happens: a live list on a terminal, timestamped lines elsewhere. Everything goes to stderr. */
export interface Reporter {
  /** Runs the steps in order and shows each; the first that throws ends the list. Returns what the last one returned. */
  run<First, Last>(steps: Steps<First, Last>, first: First): Promise<Last>;
  /** A line that is not a step: a warning, a note. */
  note(line: string): void;
  /** Every step that has ended so far, in order. */
  readonly times: readonly StepTime[];
}
