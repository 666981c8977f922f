/** Shows what a step does right now: `41 of 152 resources`. May be called at any rate. */
export type Progress = (detail: string) => void;

/** One step of a command: from what is known before it to what is known after it. */
export interface Step<Before, After> {
  /** In the imperative, as it is shown: `start the region`. */
  readonly title: string;
  run(before: Before, progress: Progress): Promise<After>;
  /**
   * False for a step that finished without reaching its goal: it is shown as failed, and the command continues.
   */
  succeeded(after: After): boolean;
}

/** Runs one step and shows it. */
export type RunStep = <Before, After>(step: Step<Before, After>, before: Before) => Promise<After>;

/** A command's step list: each step starts from what the one before it returned, and the compiler checks that. */
export class Steps<First, Last> {
  readonly titles: readonly string[];
  /** Runs every step in order; the first that throws ends the list. */
  readonly run: (first: First, runStep: RunStep) => Promise<Last>;

  constructor(titles: readonly string[], run: (first: First, runStep: RunStep) => Promise<Last>) {
    this.titles = titles;
    this.run = run;
  }

  /** The list with one more step. */
  step<After>(
    title: string,
    run: Step<Last, After>["run"],
    succeeded: (after: After) => boolean = () => true,
  ): Steps<First, After> {
    const step: Step<Last, After> = { title, run, succeeded };
    return new Steps([...this.titles, title], async (first, runStep) =>
      runStep(step, await this.run(first, runStep)),
    );
  }
}

/** The beginning of a step list: `startWith<Planned>().step("start the region", startRegion)`. */
export function startWith<First>(): Steps<First, First> {
  return new Steps([], async (first) => first);
}
