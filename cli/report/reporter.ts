/** Reports the current progress of a step: `41 of 152 resources`. May be called at any frequency. */
export type Progress = (detail: string) => void;

/** One step of a command. A command's body is a list of these. */
export interface Step<Context> {
  /** In the imperative, as it is shown: `start the region`. */
  readonly title: string;
  /**
   * Resolves with `failed` for a step that finished without reaching its goal: the command continues, but the step
   * gets no tick.
   */
  // biome-ignore lint/suspicious/noConfusingVoidType: most steps have nothing to say
  run(context: Context, progress: Progress): Promise<void | "failed">;
}

/** Duration of one step, in seconds. */
export interface StepTime {
  readonly title: string;
  readonly seconds: number;
}

/**
 * Shows progress to an operator: a live list on a terminal, timestamped lines elsewhere. Everything goes to
 * stderr.
 */
export interface Reporter {
  /** Runs the steps in order and shows each; the first that throws ends the list. */
  run<Context>(steps: readonly Step<Context>[], context: Context): Promise<void>;
  /** A line that is not a step: a warning, a note. */
  note(line: string): void;
  /** Every step that has ended so far, in order. */
  readonly times: readonly StepTime[];
}
