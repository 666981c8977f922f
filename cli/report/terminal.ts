import { Listr, ListrLogger, PRESET_TIMER, ProcessOutput } from "listr2";
import type { Reporter, Step, StepTime } from "./reporter.ts";

/** Makes listr2 show a step as failed that did not throw. */
class StepFailed extends Error {
  readonly title: string;

  constructor(title: string) {
    super(`${title}: failed`);
    this.name = "StepFailed";
    this.title = title;
  }
}

/** For interactive terminals: a live list of all steps with their times and the current step's progress. */
export class TerminalReporter implements Reporter {
  readonly times: StepTime[] = [];

  async run<Context>(steps: readonly Step<Context>[], context: Context): Promise<void> {
    const list = new Listr<Context>(
      steps.map((step) => ({
        title: step.title,
        task: (context, task) => this.#runStep(step, context, task),
      })),
      {
        concurrent: false,
        // The command handles Ctrl-C, because it must clean up.
        registerSignalListeners: false,
        rendererOptions: {
          timer: PRESET_TIMER,
          showErrorMessage: false,
          collapseErrors: false,
          logger: new ListrLogger({
            processOutput: new ProcessOutput(process.stderr, process.stderr, { leaveEmptyLine: false }),
          }),
        },
      },
    );
    await list.run(context).catch(async (error: unknown) => {
      if (!(error instanceof StepFailed)) throw error;
      await this.run(steps.slice(steps.findIndex(({ title }) => title === error.title) + 1), context);
    });
  }

  note(line: string): void {
    process.stderr.write(`${line}\n`);
  }

  async #runStep<Context>(
    step: Step<Context>,
    context: Context,
    task: { output: string; title: string },
  ): Promise<void> {
    const start = performance.now();
    try {
      const outcome = await step.run(context, (detail) => {
        task.output = detail;
      });
      if (outcome === "failed") throw new StepFailed(step.title);
    } finally {
      this.times.push({
        title: step.title,
        seconds: Number(((performance.now() - start) / 1000).toFixed(3)),
      });
    }
  }
}
