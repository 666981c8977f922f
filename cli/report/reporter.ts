/** Tells what a step does right now: `41 of 152 resources`. Called as often as one likes. */
export type Progress = (detail: string) => void;

/** One act of a command. A command's body is a list of these. */
export interface Step<Context> {
  /** In the imperative, as it is shown: `start the region`. */
  readonly title: string;
  /** Resolves with `failed` for a step that came to its end, but not to what it is for: the command goes on, the step is no tick. */
  // biome-ignore lint/suspicious/noConfusingVoidType: most steps have nothing to say
  run(context: Context, progress: Progress): Promise<void | "failed">;
}

/** How long one step took, in seconds. */
export interface StepTime {
  readonly title: string;
  readonly seconds: number;
}

/** Shows an operator what goes on: a live list on a terminal, timestamped lines elsewhere. Everything goes to stderr. */
export interface Reporter {
  /** Runs the steps in order and shows each; the first that throws ends the list. */
  run<Context>(steps: readonly Step<Context>[], context: Context): Promise<void>;
  /** A line that is not a step: a warning, a note. */
  note(line: string): void;
  /** Every step that has ended so far, in order. */
  readonly times: readonly StepTime[];
}
